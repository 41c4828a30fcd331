/** `npm start`: sets up what is missing, then runs the demo on the pinned Node. */
import { spawn } from 'node:child_process';
import { join } from 'node:path';
import { pinnedNode, projectFolder } from './npm-packages.js';
import { getReady } from './ready.js';

getReady('start');

const demo = join(projectFolder, 'packages', 'driftline', 'src', 'demo', 'start.ts');
const child = spawn(pinnedNode, [demo, ...process.argv.slice(2)], { stdio: 'inherit' });

// Ctrl-C reaches the child by itself; ours is to outlive it, and to hand on what was sent to us alone.
process.on('SIGINT', () => {});
process.on('SIGTERM', () => child.kill('SIGTERM'));
child.once('exit', (code) => process.exit(code ?? 1));
