/** Debian packages: the servers that the demo and the tests run, always as private processes on files of their own. */
import { spawnSync } from 'node:child_process';
import { existsSync, readdirSync } from 'node:fs';
import { delimiter, join } from 'node:path';
import { SetupError } from './setup-error.js';

/**
 * `isPresent` looks for what we use, not for the package: on another distribution the same programs do as well.
 * `services` are what the package starts by itself, and we do not need.
 */
const packages = [
  {
    name: 'openvswitch-common',
    why: 'ovsdb-server, which serves the OVN databases',
    purposes: ['start', 'test'],
    isPresent: () => hasProgram('ovsdb-server') && hasProgram('ovsdb-tool') && hasProgram('ovs-appctl'),
    services: [],
  },
  {
    name: 'ovn-common',
    why: 'ovn-nbctl and ovn-sbctl, to look at the databases and to break them',
    purposes: ['start', 'test'],
    isPresent: () => hasProgram('ovn-nbctl') && hasProgram('ovn-sbctl'),
    services: [],
  },
  {
    name: 'ovn-central',
    why: 'the OVN database schemas, and ovn-northd',
    purposes: ['start', 'test'],
    isPresent: () => hasProgram('ovn-northd') && existsSync('/usr/share/ovn/ovn-nb.ovsschema'),
    services: ['ovn-central', 'ovn-northd', 'ovn-ovsdb-server-nb', 'ovn-ovsdb-server-sb'],
  },
  {
    name: 'mariadb-server',
    why: "Neutron's database, as most deployments have it",
    purposes: ['test'],
    isPresent: () => hasProgram('mariadbd') && hasProgram('mariadb-install-db') && hasProgram('mariadb-dump'),
    services: ['mariadb'],
  },
  {
    name: 'postgresql',
    why: "Neutron's database, the other engine",
    purposes: ['test'],
    isPresent: () => hasProgram('postgres') || findPostgresFolder() !== undefined,
    services: ['postgresql'],
  },
  {
    name: 'neutron-server',
    why: 'a real Neutron to check and repair beside',
    purposes: ['test'],
    isPresent: () => hasProgram('neutron-server') && hasProgram('neutron-db-manage'),
    services: ['neutron-api', 'neutron-rpc-server', 'neutron-server'],
  },
  {
    name: 'python3-pymysql',
    why: "Neutron's driver for MariaDB",
    purposes: ['test'],
    isPresent: () => hasPythonModule('pymysql'),
    services: [],
  },
  {
    name: 'python3-psycopg2',
    why: "Neutron's driver for PostgreSQL",
    purposes: ['test'],
    isPresent: () => hasPythonModule('psycopg2'),
    services: [],
  },
];

/** @param {'start' | 'test'} purpose */
export function missingDebianPackages(purpose) {
  return packages.filter((wanted) => wanted.purposes.includes(purpose) && !wanted.isPresent());
}

/** @param {typeof packages} missing not empty */
export function installDebianPackages(missing) {
  const names = missing.map((wanted) => wanted.name);
  const install = ['apt-get', 'install', '--yes', '--no-install-recommends', ...names];
  const byHand = `sudo ${install.join(' ')}`;
  const list = missing.map((wanted) => `  ${wanted.name.padEnd(20)} ${wanted.why}`).join('\n');
  if (!hasProgram('apt-get')) {
    throw new SetupError(
      `These programs are missing, and this machine has no apt to install them with:\n${list}\n` +
        `Install what your distribution calls them. On Debian or Ubuntu the command is:\n\n  ${byHand}\n`,
    );
  }
  if (process.getuid?.() !== 0) {
    throw new SetupError(
      `These Debian packages are missing, and only root may install them:\n${list}\nRun:\n\n  ${byHand}\n`,
    );
  }

  console.error(`Installing Debian packages (${install.join(' ')}):\n${list}`);
  apt(['update', '--quiet']); // A failure here shows itself in the install.
  if (!apt([...install.slice(1), '--quiet'])) {
    throw new SetupError(
      `apt-get could not install them. Its message is above; when it is mended, run:\n\n  ${byHand}\n`,
    );
  }
  quieten(missing.flatMap((wanted) => wanted.services));
  const stillMissing = missing.filter((wanted) => !wanted.isPresent());
  if (stillMissing.length > 0) {
    throw new SetupError(
      `Installed, but without the programs we look for: ${stillMissing.map((wanted) => wanted.name).join(', ')}.`,
    );
  }
}

function apt(args) {
  const env = { ...process.env, DEBIAN_FRONTEND: 'noninteractive' };
  return spawnSync('apt-get', args, { stdio: ['ignore', 'inherit', 'inherit'], env }).status === 0;
}

/**
 * Debian starts a package's services as it installs it. These are packages that were not here a minute ago, so nobody
 * uses their services: stop them and keep them off.
 */
function quieten(services) {
  if (services.length === 0 || !existsSync('/run/systemd/system')) return;
  console.error(`Switching off the services they started, which are not needed: ${services.join(', ')}`);
  for (const service of services) spawnSync('systemctl', ['disable', '--now', '--quiet', service], { stdio: 'ignore' });
}

function hasProgram(name) {
  const folders = [...(process.env.PATH ?? '').split(delimiter), '/usr/sbin', '/sbin'];
  return folders.some((folder) => existsSync(join(folder, name)));
}

/** Debian keeps PostgreSQL's programs out of the PATH, a folder a version. */
function findPostgresFolder() {
  const root = '/usr/lib/postgresql';
  if (!existsSync(root)) return undefined;
  return readdirSync(root).find((version) => existsSync(join(root, version, 'bin', 'postgres')));
}

function hasPythonModule(name) {
  if (existsSync(join('/usr/lib/python3/dist-packages', name))) return true;
  return spawnSync('/usr/bin/python3', ['-c', `import ${name}`], { stdio: 'ignore' }).status === 0;
}
