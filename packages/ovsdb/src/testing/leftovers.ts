import type { ChildProcess } from 'node:child_process';
import { mkdtempSync, rmSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/**
 * What a test leaves behind that does not come to its end: servers and files, ended and removed with the process, be
 * it by `process.exit` or by a signal that nobody else handles. Against SIGKILL there is no remedy.
 */
const children = new Set<ChildProcess>();
const paths = new Set<string>();
const signals = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

export function endWithProcess(child: ChildProcess): void {
  watch();
  children.add(child);
  for (const event of ['exit', 'error']) child.once(event, () => children.delete(child));
}

/** A name under the system's temporary folder, which is removed with the process. */
export function chooseTemporaryPath(name: string): string {
  watch();
  const path = join(tmpdir(), `${name}-${process.pid}-${Math.random().toString(36).slice(2)}`);
  paths.add(path);
  return path;
}

export function makeTemporaryFolder(name: string): string {
  watch();
  // In one turn: between a folder that is there and one that is known, no signal can come.
  const folder = mkdtempSync(join(tmpdir(), `${name}-`));
  paths.add(folder);
  return folder;
}

export async function removeTemporary(path: string): Promise<void> {
  await rm(path, { recursive: true, force: true });
  paths.delete(path);
}

let isWatching = false;

function watch(): void {
  if (isWatching) return;
  isWatching = true;
  process.on('exit', removeAll);
  // First in line: a listener of `once` would be gone from the count by the time another one is called.
  for (const signal of signals) process.prependListener(signal, takeSignal);
}

function takeSignal(signal: NodeJS.Signals): void {
  // Who else listens decides whether the process ends at all.
  if (process.listenerCount(signal) > 1) return;
  removeAll();
  // A listener has taken the place of what a signal does by itself.
  process.off(signal, takeSignal);
  process.kill(process.pid, signal);
}

function removeAll(): void {
  for (const child of children) child.kill('SIGKILL');
  for (const path of paths) {
    try {
      rmSync(path, { recursive: true, force: true, maxRetries: 5, retryDelay: 20 });
    } catch (error) {
      process.emitWarning(`${path} is left behind: ${String(error)}`);
    }
  }
}
