import type { Terminal } from './terminal.ts';

const REDRAW_MS = 200;

/** One line on stderr with rate and, where the total is known, the time that remains. Drawn only on a terminal. */
export class ProgressLine {
  readonly #terminal: Terminal;
  readonly #label: string;
  readonly #startedAtMs = Date.now();
  #drawnAtMs = 0;

  constructor(terminal: Terminal, label: string) {
    this.#terminal = terminal;
    this.#label = label;
  }

  report(done: number, total?: number): void {
    const now = Date.now();
    if (!this.#terminal.isInteractive || now - this.#drawnAtMs < REDRAW_MS) return;
    this.#drawnAtMs = now;
    this.#terminal.err(`\r\x1b[K${formatProgress(this.#label, done, total, now - this.#startedAtMs)}`);
  }

  end(): void {
    if (this.#terminal.isInteractive && this.#drawnAtMs > 0) this.#terminal.err('\r\x1b[K');
  }
}

export function formatProgress(label: string, done: number, total: number | undefined, elapsedMs: number): string {
  const rate = done / Math.max(elapsedMs / 1000, 0.001);
  const rateText = `${Math.round(rate).toLocaleString('en')}/s`;
  if (total === undefined) return `${label}: ${done.toLocaleString('en')}, ${rateText}`;
  const leftS = rate > 0 ? Math.ceil((total - done) / rate) : 0;
  return `${label}: ${done.toLocaleString('en')} of ${total.toLocaleString('en')}, ${rateText}, ${leftS} s left`;
}
