/**
 * What the two commands do first: make sure that everything they need is on this machine.
 *
 * These files run on whatever Node the machine has (18 or later, no TypeScript) and before any package is installed, so
 * they are plain JavaScript and import nothing but `node:`. When nothing is missing they only look at files: no network.
 */
import { installDebianPackages, missingDebianPackages } from './debian-packages.js';
import { areNpmPackagesCurrent, installNpmPackages } from './npm-packages.js';
import { SetupError } from './setup-error.js';

/**
 * Installs what `purpose` needs and returns. Where that is not possible, says what to run instead and ends the process.
 *
 * @param {'start' | 'test'} purpose
 */
export function getReady(purpose) {
  try {
    if (!areNpmPackagesCurrent()) installNpmPackages();
    const missing = missingDebianPackages(purpose);
    if (missing.length > 0) installDebianPackages(missing);
  } catch (error) {
    if (!(error instanceof SetupError)) throw error;
    console.error(`\n${error.message}`);
    process.exit(1);
  }
}
