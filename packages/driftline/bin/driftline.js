#!/usr/bin/env node
// In a syntax that Nodes of years ago read, so that they can say that they are too old. Where the project's own pinned
// Node is at hand, as it is in a checkout, the command goes on there.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import nodeModule from 'node:module';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

const WANTED = 24;
const self = realpathSync(fileURLToPath(import.meta.url));
const pinned = join(dirname(self), '..', '..', '..', 'node_modules', 'node', 'bin', 'node');
const tooOld = `driftline needs Node ${WANTED} or later, and ${process.execPath} is ${process.version}`;

if (Number(process.versions.node.split('.')[0]) >= WANTED) {
  keepCompiledCode();
  import('../src/cli/main.ts').then((entry) => entry.runProcess(process.argv.slice(2)));
} else if (existsSync(pinned)) {
  process.stderr.write(`${tooOld}; using ${pinned}\n`);
  goOn(pinned);
} else {
  process.stderr.write(`${tooOld}; install a newer Node and run driftline with it\n`);
  process.exitCode = 1;
}

function goOn(node) {
  const child = spawn(node, [self, ...process.argv.slice(2)], { stdio: 'inherit' });
  const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'];
  for (const signal of signals) process.on(signal, () => child.kill(signal));
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === 'SIGINT' ? 2 : 15) : code;
    for (const each of signals) process.removeAllListeners(each);
  });
}

// Starting takes half the time when compiled code is at hand. The folder is the user's own: what is in it is run.
function keepCompiledCode() {
  var home = process.env.HOME;
  var cache = process.env.XDG_CACHE_HOME || (home && join(home, '.cache'));
  if (cache) nodeModule.enableCompileCache(join(cache, 'driftline'));
}
