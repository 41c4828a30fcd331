#!/usr/bin/env node
// In the syntax of old Nodes, so that they can say that they are too old. Where the project's own pinned Node is at
// hand, as it is in a checkout, the command goes on there.
import { spawn } from 'node:child_process';
import { existsSync, realpathSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

var WANTED = 24;
var self = realpathSync(fileURLToPath(import.meta.url));

if (Number(process.versions.node.split('.')[0]) >= WANTED) {
  import('../src/cli/main.ts').then((entry) => entry.runProcess(process.argv.slice(2)));
} else {
  var tooOld = 'driftline needs Node ' + WANTED + ' or later, and ' + process.execPath + ' is ' + process.version;
  var pinned = join(dirname(self), '..', '..', '..', 'node_modules', 'node', 'bin', 'node');
  if (existsSync(pinned)) {
    process.stderr.write(tooOld + '; using ' + pinned + '\n');
    goOn(pinned);
  } else {
    process.stderr.write(tooOld + '; install a newer Node and run driftline with it\n');
    process.exitCode = 1;
  }
}

function goOn(node) {
  var child = spawn(node, [self].concat(process.argv.slice(2)), { stdio: 'inherit' });
  ['SIGINT', 'SIGTERM', 'SIGHUP'].forEach((signal) => {
    process.on(signal, () => {
      child.kill(signal);
    });
  });
  child.on('exit', (code, signal) => {
    process.exitCode = code === null ? 128 + (signal === 'SIGINT' ? 2 : 15) : code;
    process.removeAllListeners('SIGINT');
    process.removeAllListeners('SIGTERM');
    process.removeAllListeners('SIGHUP');
  });
}
