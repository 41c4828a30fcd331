import { parseIni } from '../parse-ini.ts';
import type { ConfigSources } from '../sources.ts';
import type { Override } from '../take-arguments.ts';

/** Sources as if these texts had stood in /etc/1.conf, /etc/2.conf and so on. */
export function sourcesOf(
  texts: string | readonly string[],
  above: { environment?: Readonly<Record<string, string>>; overrides?: readonly Override[] } = {},
): ConfigSources {
  const files = [texts].flat().map((text, index) => parseIni(`/etc/${index + 1}.conf`, text));
  return { files, environment: above.environment ?? {}, overrides: above.overrides ?? [], hostname: 'controller-1' };
}
