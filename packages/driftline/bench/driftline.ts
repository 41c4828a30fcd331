/**
 * The benchmarks: what Driftline costs, beside upstream's tools and by itself. README.md says what was measured.
 */
import { join } from 'node:path';
import { binaries } from '../../ovsdb/bench/measure.ts';

/** As a user would start it; `measure` puts the workspace's own Node before the machine's. */
export const driftline = join(binaries, 'driftline');
