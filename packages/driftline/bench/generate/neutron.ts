/**
 * A Neutron database of any size, straight into SQL: what many projects would have made through the API, in the tables
 * of Zed. Equal seeds give equal databases.
 *
 * A project has a router with a gateway on one of the external networks, about four networks of about fifty ports, and
 * four security groups; one port in ten has a floating IP.
 */
import { Random } from '../../test/campaigns/random.ts';
import { generateProject } from './project.ts';
import { RowWriter } from './rows.ts';
import { World } from './world.ts';

export interface Size {
  /** Ports of instances; the ports of routers, of floating IPs and for metadata come on top. */
  readonly ports: number;
  readonly seed: number;
}

const PORTS_PER_PROJECT = 200;
export interface Generated {
  readonly rows: number;
  /** Of the compute nodes, as the ports' bindings name them. */
  readonly hosts: readonly string[];
  readonly physicalNetworks: readonly string[];
}

/** `write` gets statements of a few megabytes at most, for a database that has the tables and nothing in them. */
export function generateNeutron(size: Size, write: (statement: string) => void): Generated {
  const writer = new RowWriter(write);
  const world = new World(writer, new Random(size.seed), size.ports);
  const projects = Math.ceil(size.ports / PORTS_PER_PROJECT);
  for (let index = 0; index < projects; index++) {
    const ports = Math.min(PORTS_PER_PROJECT, size.ports - index * PORTS_PER_PROJECT);
    generateProject(world, index, ports);
  }
  writer.end();
  return {
    rows: writer.written,
    hosts: world.hosts,
    physicalNetworks: world.externals.map(({ physicalNetwork }) => physicalNetwork),
  };
}
