/**
 * The benchmarks: what the client costs, beside other clients. README.md says what was measured.
 *
 * This file runs a program to its end and says what it took.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { delimiter, join } from 'node:path';

export interface Measured {
  /** From starting the process to its end. */
  readonly wallMs: number;
  /** User and system time of the process and its ended children; the last moments before the end may be missing. */
  readonly cpuMs: number;
  /** The most memory that was ever resident. */
  readonly peakRssMb: number;
  readonly exitCode: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

export const workspace = join(import.meta.dirname, '..', '..', '..');
export const binaries = join(workspace, 'node_modules', '.bin');

const SAMPLE_MS = 10;

/** The kernel's unit of CPU time in /proc, on every Linux that Node runs on. */
const TICK_MS = 10;

export async function measure(command: string, args: readonly string[]): Promise<Measured> {
  const env = { ...process.env, PATH: `${binaries}${delimiter}${process.env.PATH ?? ''}` };
  const startedAt = performance.now();
  const child = spawn(command, args, { env, stdio: ['ignore', 'pipe', 'pipe'] });
  const output = Promise.all([child.stdout.toArray(), child.stderr.toArray()]);
  const usage = { cpuMs: 0, peakRssMb: 0 };
  const sampling = setInterval(() => sample(child.pid, usage), SAMPLE_MS);
  try {
    const [exitCode] = (await once(child, 'exit')) as [number | null];
    const wallMs = performance.now() - startedAt;
    const [stdout, stderr] = (await output).map((chunks) => Buffer.concat(chunks as Buffer[]).toString('utf8'));
    return { wallMs, ...usage, exitCode, stdout: stdout ?? '', stderr: stderr ?? '' };
  } finally {
    clearInterval(sampling);
  }
}

function sample(pid: number | undefined, usage: { cpuMs: number; peakRssMb: number }): void {
  try {
    usage.cpuMs = Math.max(usage.cpuMs, cpuMsOf(pid));
    const peak = /^VmHWM:\s+(\d+) kB/m.exec(readFileSync(`/proc/${pid}/status`, 'latin1'));
    usage.peakRssMb = Math.max(usage.peakRssMb, Math.round(Number(peak?.[1] ?? 0) / 1024));
  } catch {
    // It has ended.
  }
}

/** User and system time of a living process and its ended children so far. */
export function cpuMsOf(pid: number | undefined): number {
  const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  // utime, stime, cutime and cstime: fields 14 to 17 of proc(5), which counts from the pid.
  return fields.slice(11, 15).reduce((sum, field) => sum + Number(field), 0) * TICK_MS;
}

export function median(values: readonly number[]): number {
  const sorted = values.toSorted((a, b) => a - b);
  const middle = sorted.length >> 1;
  const upper = sorted[middle] ?? Number.NaN;
  return sorted.length % 2 === 1 ? upper : ((sorted[middle - 1] ?? Number.NaN) + upper) / 2;
}
