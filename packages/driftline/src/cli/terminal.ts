/** Where the commands write. Handed in, so that tests see what a person would. */
export interface Terminal {
  readonly out: (text: string) => void;
  readonly err: (text: string) => void;
  /** stderr is a terminal: progress may be drawn there. */
  readonly isInteractive: boolean;
  /** Asks on the terminal; undefined where nobody can answer. */
  readonly ask: ((question: string) => Promise<string>) | undefined;
}

/** Reports may be longer than a string can be: they are written as they are made, many pieces at once. */
export function writeOut({ out }: Terminal, pieces: Iterable<string>): void {
  let chunk = '';
  for (const piece of pieces) {
    chunk += piece;
    if (chunk.length < WRITE_CHARACTERS) continue;
    out(chunk);
    chunk = '';
  }
  if (chunk !== '') out(chunk);
}

export function* asLines(lines: Iterable<string>): Iterable<string> {
  for (const line of lines) yield `${line}\n`;
}

const WRITE_CHARACTERS = 1 << 16;

/** Names come from users: what would steer a terminal is shown, not obeyed. */
export function printable(text: string): string {
  // biome-ignore lint/suspicious/noControlCharactersInRegex: control characters are what it is about
  return text.replace(/[\u0000-\u001f\u007f-\u009f\u2028\u2029\u202a-\u202e\u2066-\u2069]/g, (character) => {
    const code = character.codePointAt(0) ?? 0;
    return code <= 0xff ? `\\x${code.toString(16).padStart(2, '0')}` : `\\u${code.toString(16)}`;
  });
}
