/** What `npm start` runs, once everything it needs is installed. */
import { once } from 'node:events';
import { startEmbedded } from './embedded.ts';

await using embedded = await startEmbedded();
console.log(`Neutron's database  ${embedded.neutronDatabaseFile}`);
console.log(`OVN Northbound      ${embedded.nbEndpoint}`);
console.log(`OVN Southbound      ${embedded.sbEndpoint}`);

// The daemon goes here: over embedded.configFiles, until it ends or a signal comes.
await Promise.race([once(process, 'SIGINT'), once(process, 'SIGTERM')]);
