export type PluginErrorCode =
  /** No file or package of that name. */
  | 'not-found'
  /** The module threw while it was imported, or does not end. */
  | 'broken'
  /** What it exports is no plugin. */
  | 'malformed'
  /** Written for another version of the interface. */
  | 'version'
  /** A name that something else has already. */
  | 'name-taken';

/** The border failure of `extension/`: a plugin that can't be used. The message names it, and ends with the remedy. */
export class PluginError extends Error {
  override readonly name = 'PluginError';
  readonly code: PluginErrorCode;
  /** As it stands in the configuration, or its own name. */
  readonly plugin: string;
  readonly problem: string;
  readonly remedy: string;

  constructor(
    code: PluginErrorCode,
    what: { readonly plugin: string; readonly problem: string; readonly remedy: string },
    options?: ErrorOptions,
  ) {
    super(`plugin ${what.plugin}: ${what.problem}; ${what.remedy}`, options);
    this.code = code;
    this.plugin = what.plugin;
    this.problem = what.problem;
    this.remedy = what.remedy;
  }
}
