import type { OvsdbClient, ReplicaRow } from '@driftline/ovsdb';
import type { Deployment } from '../lab/populate.ts';
import { LOAD_PREFIX, LOADED_NETWORKS, LOADED_PORTS } from './api-load.ts';
import type { Choice } from './injections.ts';

export interface Choices {
  /** Rows that were there before the load, and that it does not touch. */
  readonly isSpared: Choice;
  /** Rows that the load makes or changes. */
  readonly isLoaded: Choice;
}

/** To be asked for before the load begins. */
export function choicesOf({ replica, schema }: OvsdbClient, deployment: Deployment): Choices {
  const before = new Set([...schema.tables.keys()].flatMap((table) => [...replica.table(table).rows.keys()]));
  const idsNamed = (all: ReadonlyMap<string, string>, names: readonly string[]) =>
    [...all].flatMap(([name, id]) => (names.some((each) => name === each || name.startsWith(`${each}-`)) ? [id] : []));
  const changed = new Set(LOADED_PORTS.map((name) => deployment.ports.get(name)));
  const near = [
    ...idsNamed(deployment.networks, LOADED_NETWORKS),
    ...idsNamed(deployment.subnets, LOADED_NETWORKS),
    ...idsNamed(deployment.ports, LOADED_NETWORKS),
  ];
  const isNear = (row: ReplicaRow) => {
    const words = [row.name, ...textsOf(row.external_ids)].map(String);
    return words.some((word) => near.some((id) => word.includes(id)));
  };
  return {
    isSpared: (_table, row) => before.has(row._uuid) && !isNear(row),
    isLoaded: (table, row) =>
      (table === 'Logical_Switch_Port' && changed.has(String(row.name))) ||
      textsOf(row.external_ids).some((text) => text.startsWith(LOAD_PREFIX)),
  };
}

const textsOf = (ids: ReplicaRow[string]): readonly string[] =>
  ids instanceof Map ? [...ids.values()].map(String) : [];
