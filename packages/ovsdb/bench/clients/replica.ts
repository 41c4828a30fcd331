import { OvsdbClient } from '../../src/index.ts';
import { report } from './report.ts';

const startedAt = performance.now();
const client = await OvsdbClient.connect({ endpoints: process.argv[2] ?? '', database: 'OVN_Northbound' });
let rows = 0;
for (const name of client.replica.tableNames) rows += client.replica.table(name).rows.size;
report({ rows, readyMs: performance.now() - startedAt });
