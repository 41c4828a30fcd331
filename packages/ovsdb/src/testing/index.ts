export { createCertificates, type TestCertificates } from './certificates.ts';
export { findFreePort, type OvsdbServer, type OvsdbServerOptions, startOvsdbServer } from './ovsdb-server.ts';
