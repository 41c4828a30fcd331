import { RELEASES } from '../neutron/release-name.ts';
import { isOption, type Option, option } from './option.ts';
import { boolean, dict, float, hostAddress, integer, list, string } from './option-types.ts';

/** oslo.db's, in every release alike but for the older names, which it knew until 2023.2. */
export const DATABASE_OPTIONS = {
  connection: option('database', 'connection', string(), undefined, {
    secret: true,
    deprecated: [
      { group: 'DEFAULT', name: 'sql_connection', since: 'zed' },
      { group: 'DATABASE', name: 'sql_connection', since: 'zed' },
      { group: 'sql', name: 'connection', since: 'zed' },
    ],
  }),
  /** More query parameters for the URL: `param1=value1&param2=value2`. */
  connectionParameters: option('database', 'connection_parameters', string(), '', { secret: true }),
  /** Attempts to open the first connection; -1 never gives up. */
  maxRetries: option('database', 'max_retries', integer(), 10, {
    deprecated: [
      { group: 'DEFAULT', name: 'sql_max_retries', since: 'zed' },
      { group: 'DATABASE', name: 'sql_max_retries', since: 'zed' },
    ],
  }),
  retryIntervalS: option('database', 'retry_interval', integer(), 10, {
    deprecated: [
      { group: 'DEFAULT', name: 'sql_retry_interval', since: 'zed' },
      { group: 'DATABASE', name: 'reconnect_interval', since: 'zed' },
    ],
  }),
  /** Galera's wsrep_sync_wait for each session; unset, a read waits for what was committed elsewhere. */
  mysqlWsrepSyncWait: option('database', 'mysql_wsrep_sync_wait', integer(), undefined),
};

/** One OVSDB remote: until 2024.2 the option was a string, which python-ovs cut at its commas itself. */
const remotes = list(string({ pattern: /^(tcp|ssl|unix):.+/, meaning: 'tcp:IP:PORT, ssl:IP:PORT or unix:FILE' }));

export const OVSDB_OPTIONS = {
  ovnNbConnection: option('ovn', 'ovn_nb_connection', remotes, ['tcp:127.0.0.1:6641']),
  ovnNbPrivateKey: option('ovn', 'ovn_nb_private_key', string(), ''),
  ovnNbCertificate: option('ovn', 'ovn_nb_certificate', string(), ''),
  ovnNbCaCert: option('ovn', 'ovn_nb_ca_cert', string(), ''),
  ovnSbConnection: option('ovn', 'ovn_sb_connection', remotes, ['tcp:127.0.0.1:6642']),
  ovnSbPrivateKey: option('ovn', 'ovn_sb_private_key', string(), ''),
  ovnSbCertificate: option('ovn', 'ovn_sb_certificate', string(), ''),
  ovnSbCaCert: option('ovn', 'ovn_sb_ca_cert', string(), ''),
  ovsdbConnectionTimeoutS: option('ovn', 'ovsdb_connection_timeout', integer(), 180, {
    changed: { '2026.2': { type: integer({ min: 1 }) } },
  }),
  ovsdbRetryMaxIntervalS: option('ovn', 'ovsdb_retry_max_interval', integer(), 180, {
    changed: { '2026.2': { type: integer({ min: 1 }) } },
  }),
  /** 0 disables the probe. */
  ovsdbProbeIntervalMs: option('ovn', 'ovsdb_probe_interval', integer({ min: 0 }), 60_000),
};

/**
 * What of Neutron's configuration shapes OVN rows, in the shape of `NeutronConfig`. Defaults, limits and lives were
 * read from each release's first tag: neutron/conf/plugins/ml2/drivers/ovn/ovn_conf.py, neutron/conf/agent/ovs_conf.py
 * and securitygroups_rpc.py, neutron/conf/services/logging.py, neutron/conf/common.py, neutron/conf/plugins/ml2/config.py.
 */
export const NEUTRON_OPTIONS = {
  ovn: {
    neutronSyncMode: option(
      'ovn',
      'neutron_sync_mode',
      string({ choices: ['off', 'log', 'repair', 'migrate'] }),
      'log',
    ),
    ovnL3Scheduler: option('ovn', 'ovn_l3_scheduler', string({ choices: ['leastloaded', 'chance'] }), 'leastloaded'),
    enableDistributedFloatingIp: option('ovn', 'enable_distributed_floating_ip', boolean(), false),
    dhcpDefaultLeaseTimeS: option('ovn', 'dhcp_default_lease_time', integer(), 43_200, {
      changed: { '2026.2': { type: integer({ min: 1 }) } },
    }),
    ovnMetadataEnabled: option('ovn', 'ovn_metadata_enabled', boolean(), false),
    /** Empty means the resolvers of the host that runs Neutron, not none. */
    dnsServers: option('ovn', 'dns_servers', list(string()), []),
    /** An empty value takes the option off every subnet. */
    ovnDhcp4GlobalOptions: option('ovn', 'ovn_dhcp4_global_options', dict(), new Map()),
    ovnDhcp6GlobalOptions: option('ovn', 'ovn_dhcp6_global_options', dict(), new Map()),
    ovnEmitNeedToFrag: option('ovn', 'ovn_emit_need_to_frag', boolean(), false, {
      until: '2025.2',
      changed: { '2025.1': { fallback: true } },
    }),
    disableOvnDhcpForBaremetalPorts: option('ovn', 'disable_ovn_dhcp_for_baremetal_ports', boolean(), false),
    allowStatelessActionSupported: option('ovn', 'allow_stateless_action_supported', boolean(), true, {
      since: '2023.1',
      until: '2024.2',
    }),
    localnetLearnFdb: option('ovn', 'localnet_learn_fdb', boolean(), false, { since: '2023.2' }),
    fdbAgeThresholdS: option('ovn', 'fdb_age_threshold', integer({ min: 0 }), 0, {
      since: '2024.1',
      changed: { '2026.1': { fallback: 300 } },
    }),
    macBindingAgeThresholdS: option('ovn', 'mac_binding_age_threshold', integer({ min: 0 }), 0, {
      since: '2024.1',
      changed: { '2026.1': { fallback: 300 } },
    }),
    broadcastArpsToAllRouters: option('ovn', 'broadcast_arps_to_all_routers', boolean(), true, { since: '2024.2' }),
    /** Not in the first 2024.1, but in its later point releases. */
    ovnRouterIndirectSnat: option('ovn', 'ovn_router_indirect_snat', boolean(), false, {
      since: '2024.1',
      changed: { '2026.2': { fallback: true } },
    }),
    dnsRecordsOvnOwned: option('ovn', 'dns_records_ovn_owned', boolean(), false, { since: '2025.1' }),
    liveMigrationActivationStrategy: option(
      'ovn',
      'live_migration_activation_strategy',
      string({ choices: ['rarp', ''] }),
      'rarp',
      { since: '2025.1' },
    ),
    statelessNatEnabled: option('ovn', 'stateless_nat_enabled', boolean(), false, { since: '2025.2' }),
    haFailoverStrategy: option(
      'ovn',
      'ha_failover_strategy',
      string({ choices: ['normal', 'aggressive', 'conservative', 'manual'] }),
      'normal',
      { since: '2026.1' },
    ),
    /** This and the next two count only where `haFailoverStrategy` is `manual`. */
    bfdMinRxMs: option('ovn', 'bfd_min_rx', integer({ min: 1 }), 1000, { since: '2026.1' }),
    bfdMinTxMs: option('ovn', 'bfd_min_tx', integer({ min: 1 }), 100, { since: '2026.1' }),
    bfdMult: option('ovn', 'bfd_mult', integer({ min: 1, max: 255 }), 3, { since: '2026.1' }),
  },
  ovnNbGlobal: {
    ignoreLspDown: option('ovn_nb_global', 'ignore_lsp_down', boolean(), false, { since: '2024.1' }),
    fdbRemovalLimit: option('ovn_nb_global', 'fdb_removal_limit', integer({ min: 0 }), 0, { since: '2024.1' }),
    macBindingRemovalLimit: option('ovn_nb_global', 'mac_binding_removal_limit', integer({ min: 0 }), 0, {
      since: '2024.1',
    }),
  },
  ovs: {
    igmpSnoopingEnable: option('OVS', 'igmp_snooping_enable', boolean(), false),
    igmpFlood: option('OVS', 'igmp_flood', boolean(), false, { since: '2024.1' }),
    igmpFloodReports: option('OVS', 'igmp_flood_reports', boolean(), true, { since: '2024.1' }),
    igmpFloodUnregistered: option('OVS', 'igmp_flood_unregistered', boolean(), false, { since: '2024.1' }),
  },
  networkLog: {
    rateLimit: option('network_log', 'rate_limit', integer({ min: 100 }), 100),
    burstLimit: option('network_log', 'burst_limit', integer({ min: 25 }), 25),
    /** Names the meter; unset or empty stands for `acl_log_meter`. */
    localOutputLogBase: option('network_log', 'local_output_log_base', string(), undefined),
  },
  securityGroup: {
    enableSecurityGroup: option('SECURITYGROUP', 'enable_security_group', boolean(), true),
  },
  dnsDomain: option('DEFAULT', 'dns_domain', string(), 'openstacklocal'),
  /** Where the random MAC addresses of DHCP servers start. */
  baseMac: option(
    'DEFAULT',
    'base_mac',
    string({ pattern: /^[\da-f][ace02468](:[\da-f]{2}){5}$/i, meaning: 'a unicast MAC address with colons' }),
    'fa:16:3e:00:00:00',
  ),
  servicePlugins: option('DEFAULT', 'service_plugins', list(string()), []),
  extensionDrivers: option('ml2', 'extension_drivers', list(string()), []),
  mechanismDrivers: option('ml2', 'mechanism_drivers', list(string()), []),
  projectNetworkTypes: option('ml2', 'project_network_types', list(string()), ['local'], {
    deprecated: [{ group: 'ml2', name: 'tenant_network_types', since: '2026.1' }],
  }),
  agentDownTimeS: option('DEFAULT', 'agent_down_time', integer(), 75, {
    changed: {
      '2023.2': { type: integer({ max: 2_147_483 }) },
      '2026.2': { type: integer({ min: 1, max: 2_147_483 }) },
    },
  }),
  /** Of each Neutron server; unset, it goes by the machine's processors. */
  apiWorkers: option<number | undefined>('DEFAULT', 'api_workers', integer(), undefined, {
    until: '2026.1',
    changed: { '2024.1': { type: integer({ min: 1 }) } },
  }),
  defaultAvailabilityZones: option('DEFAULT', 'default_availability_zones', list(string()), []),
};

/** Neutron's default is the name of the machine, so it has none here. */
export const HOST_OPTION = option('DEFAULT', 'host', hostAddress(), undefined);

/** Driftline's own. They are the same whatever the release of Neutron. */
export const DRIFTLINE_OPTIONS = {
  /** The release of Neutron that writes this Northbound; unset, it is found out. */
  release: option('driftline', 'release', string({ choices: RELEASES }), undefined),
  /** The folder that holds journal.db and tasks.db. */
  statePath: option('driftline', 'state_path', string(), '/var/lib/driftline'),
  /** For how long the daemon keeps what stands in the journal; 0 keeps it for ever. */
  journalDays: option('driftline', 'journal_days', integer({ min: 0 }), 90),
  /** Between two full passes of the daemon. The default is that of Neutron's maintenance worker. */
  intervalS: option('driftline', 'interval', integer({ min: 1 }), 300),
  /**
   * How old a difference must be before the daemon mends it: Neutron may be about to. The default is the age at which
   * Neutron's maintenance worker takes a resource for inconsistent. One-shot commands have none.
   */
  gracePeriodS: option('driftline', 'grace_period', integer({ min: 0 }), 60),
  /** Between two looks of the daemon for changed resources in Neutron's database. */
  sqlPollIntervalS: option('driftline', 'sql_poll_interval', float({ min: 0.05 }), 0.5),
  /**
   * Nova's option of the same name: for how long it waits to hear from Neutron that a port is up. Until then `--events act`
   * leaves the port to Neutron.
   */
  vifPluggingTimeoutS: option('driftline', 'vif_plugging_timeout', integer({ min: 0 }), 300),
  /** A plan that deletes more rows than this is shown, not applied. */
  maxDeletes: option('driftline', 'max_deletes', integer({ min: 0 }), 100),
  /** A plan that deletes more than this share of all of Neutron's rows is shown, not applied. */
  maxDeleteShare: option('driftline', 'max_delete_share', float({ min: 0, max: 1 }), 0.1),
  /** A plan that changes more than this share of all router gateways is shown, not applied. */
  maxGatewayShare: option('driftline', 'max_gateway_share', float({ min: 0, max: 1 }), 0.5),
  /** Modules that add owners of rows, tasks and checks: paths, or names of packages. */
  plugins: option('driftline', 'plugins', list(string()), []),
  /** The policies of checks that are not to have their own: `NAME:observe`, `NAME:repair` or `NAME:off`. */
  checks: option('driftline', 'checks', dict(), new Map()),
};

/** Not read by Driftline, but likely in a `$reference` of what it reads. */
const REFERENCED_OPTIONS = { statePath: option('DEFAULT', 'state_path', string(), '/var/lib/neutron') };

/** The values that a table of options resolves to. */
export type Resolved<T> = { readonly [K in keyof T]: T[K] extends Option<infer V> ? V : Resolved<T[K]> };

/** Every option that is read, in the order of the tables. */
export const ALL_OPTIONS: readonly Option<unknown>[] = [
  DATABASE_OPTIONS,
  OVSDB_OPTIONS,
  NEUTRON_OPTIONS,
  { host: HOST_OPTION },
  DRIFTLINE_OPTIONS,
].flatMap(listOptions);

const byName = new Map(
  [...ALL_OPTIONS, ...listOptions(REFERENCED_OPTIONS)].map((each) => [`${each.group}.${each.name}`, each]),
);

/** The option that Neutron registers under exactly this group and name. */
export function findOption(group: string, name: string): Option<unknown> | undefined {
  return byName.get(`${group}.${name}`);
}

function listOptions(table: object): Option<unknown>[] {
  return Object.values(table).flatMap((each) => (isOption(each) ? [each] : listOptions(each)));
}
