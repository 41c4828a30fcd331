/** Where a value was written; what an operator opens to mend it. */
export type Place =
  | { readonly kind: 'file'; readonly path: string; readonly line: number }
  | { readonly kind: 'environment'; readonly variable: string }
  | { readonly kind: 'command-line'; readonly flag: string };

export type ConfigErrorCode =
  /** A file or folder that was named cannot be read, or is not text. */
  | 'unreadable'
  /** A line that the INI dialect has no meaning for. */
  | 'syntax'
  /** A value that its option's type refuses. */
  | 'bad-value'
  /** `$name` that names nothing, or comes back to itself. */
  | 'bad-reference'
  /** An option without a default that nobody set. */
  | 'missing'
  /** A configuration argument of the command line without its value. */
  | 'bad-argument';

/** The border failure of `config/`. The message starts with the place, if there is one, and ends with the remedy. */
export class ConfigError extends Error {
  override readonly name = 'ConfigError';
  readonly code: ConfigErrorCode;
  readonly place: Place | undefined;
  readonly problem: string;
  readonly remedy: string;

  constructor(
    code: ConfigErrorCode,
    what: { readonly place?: Place | undefined; readonly problem: string; readonly remedy: string },
    options?: ErrorOptions,
  ) {
    const start = what.place === undefined ? '' : `${formatPlace(what.place)}: `;
    super(`${start}${what.problem}; ${what.remedy}`, options);
    this.code = code;
    this.place = what.place;
    this.problem = what.problem;
    this.remedy = what.remedy;
  }
}

/** `FILE:LINE`, as editors and compilers have it; line 0 stands for the whole file. */
export function formatPlace(place: Place): string {
  switch (place.kind) {
    case 'file':
      return place.line === 0 ? place.path : `${place.path}:${place.line}`;
    case 'environment':
      return `environment variable ${place.variable}`;
    case 'command-line':
      return place.flag;
    default:
      return place satisfies never;
  }
}
