export { createCertificates, type TestCertificates } from './certificates.ts';
export { FaultProxy, type FaultProxyOptions } from './fault-proxy.ts';
export { type OvsdbCluster, type OvsdbClusterOptions, startOvsdbCluster } from './ovsdb-cluster.ts';
export {
  findFreePort,
  type OvsdbRelayOptions,
  type OvsdbServer,
  type OvsdbServerOptions,
  startOvsdbRelay,
  startOvsdbServer,
} from './ovsdb-server.ts';
export { noReply, type Script, type ScriptedConnection, ScriptedServer } from './scripted-server.ts';
