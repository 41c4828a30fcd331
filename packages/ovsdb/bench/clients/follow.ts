import { OvsdbClient } from '../../src/index.ts';

/** Follows a database until so many rows have changed, and tells what CPU time the second half of them took. */
const [endpoints = '', wanted = '0'] = process.argv.slice(2);
const client = await OvsdbClient.connect({ endpoints, database: 'OVN_Northbound' });
let start: NodeJS.CpuUsage | undefined;
let changed = 0;
client.on('update', ({ changes }) => {
  changed += changes.length;
  if (start === undefined && changed >= Number(wanted) / 2) start = process.cpuUsage();
  if (changed < Number(wanted)) return;
  const { user, system } = process.cpuUsage(start);
  process.stdout.write(`${JSON.stringify({ changed, cpuMs: (user + system) / 1000 })}\n`);
  process.exit(0);
});
process.stdout.write('ready\n');
