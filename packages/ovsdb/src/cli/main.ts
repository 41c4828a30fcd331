#!/usr/bin/env node
import { text } from 'node:stream/consumers';
import { run } from './program.ts';

const stop = new AbortController();
for (const name of ['SIGINT', 'SIGTERM'] as const) process.once(name, () => stop.abort());
// A reader that has seen enough (`| head`) is no failure.
process.stdout.on('error', (error: NodeJS.ErrnoException) => process.exit(error.code === 'EPIPE' ? 0 : 1));

process.exitCode = await run(
  process.argv.slice(2),
  {
    out: (line) => process.stdout.write(line),
    err: (line) => process.stderr.write(line),
    readInput: () => text(process.stdin),
    signal: stop.signal,
  },
  process.env,
);
