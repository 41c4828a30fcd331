/** What `npm start` runs, once everything it needs is installed: the daemon over the embedded deployment. */
import { runProcess } from '../cli/main.ts';
import { startEmbedded } from './embedded.ts';

const flags = process.argv.slice(2);
await using embedded = await startEmbedded();
const { stateFolder, nbEndpoint, neutronDatabaseFile, configFiles } = embedded;
const isOnce = flags.includes('--once');

console.log(`
Driftline's embedded default: a sample of Neutron's database and two OVN databases, in ${stateFolder}

  Neutron      ${neutronDatabaseFile} (SQLite)
  Northbound   ${nbEndpoint}

It starts with an empty Northbound: the first pass builds the whole of it from what Neutron says.
`);
if (!isOnce) {
  console.log(`Then break something, in another terminal, and see it healed:

  ovn-nbctl --db=${nbEndpoint} show
  ovn-nbctl --db=${nbEndpoint} lsp-del $(ovn-nbctl --db=${nbEndpoint} --bare --columns=name find Logical_Switch_Port type='""' | head -1)
  ovn-nbctl --db=${nbEndpoint} set Logical_Router $(ovn-nbctl --db=${nbEndpoint} --bare --columns=_uuid list Logical_Router | head -1) enabled=false
  ovn-nbctl --db=${nbEndpoint} pg-del neutron_pg_drop

Ctrl-C ends it; the state stays, for the next start.
`);
}

await runProcess([
  'run',
  ...configFiles.flatMap((file) => ['--config-file', file]),
  '--driftline-state_path',
  stateFolder,
  // Nobody else writes this Neutron: there is no race to wait out.
  '--driftline-grace_period',
  '0',
  ...flags,
]);
