/** What `npm start` runs, once everything it needs is installed: the daemon over the embedded deployment. */
import { runProcess } from '../cli/main.ts';
import { startEmbedded } from './embedded.ts';

const flags = process.argv.slice(2);
await using embedded = await startEmbedded();
const { stateFolder, nbEndpoint, neutronDatabaseFile, configFiles } = embedded;
const configArguments = configFiles.flatMap((file) => ['--config-file', file]);

console.log(`
Driftline's embedded default: a sample of Neutron's database and two OVN databases, in ${stateFolder}

  Neutron      ${neutronDatabaseFile} (SQLite)
  Northbound   ${nbEndpoint}

At the first start the Northbound is empty: the first pass builds the whole of it from what Neutron says.
`);
if (!flags.includes('--once')) {
  console.log(`Break something, in another terminal, and see it ${flags.includes('--observe') ? 'reported' : 'healed'} here:

  export OVN_NB_DB=${nbEndpoint}
  ovn-nbctl show
  ovn-nbctl lsp-del $(ovn-nbctl --bare --columns=name find Logical_Switch_Port type='""' | head -1)
  ovn-nbctl set Logical_Router $(ovn-nbctl --bare --columns=_uuid list Logical_Router | head -1) enabled=false
  ovn-nbctl pg-del neutron_pg_drop

Or look for yourself:

  node_modules/.bin/driftline check ${configArguments.join(' ')}

Ctrl-C ends it; the state stays, for the next start.
`);
}

// Nothing here is older than the release: the maintenance tasks would only get in the way of the first pass. And there is
// no data plane whose events could say anything of Neutron's ports.
await runProcess(['run', '--no-tasks', '--events', 'off', ...configArguments, ...flags]);
