/**
 * events/: row events of the Northbound and the Southbound, shared by several daemons.
 *
 * `event-classes.ts` gathers from `handlers/` which change of a row is which of upstream's events, and where to look then;
 * `event-worker.ts` has `lookers/` look there. `ring-membership.ts` keeps this daemon among the others, and this file says
 * whose a row is.
 */
import { createHash } from 'node:crypto';

/** Points that each node has on the ring: what tooz does unless told otherwise, and Neutron does not tell it. */
const POINTS_PER_NODE = 2 ** 5;

/**
 * Consistent hashing as the HashRing of OpenStack's tooz does it, bit for bit, so that it agrees with Neutron's workers
 * on who owns a key. Pure: the owner depends on the set of nodes and on the key, not on the order of either.
 */
export class HashRing {
  /** Each once, in the order of the texts. */
  readonly nodes: readonly string[];
  /** Ascending; `#owners` holds the node of each. */
  readonly #points: readonly string[];
  readonly #owners: readonly string[];

  constructor(nodes: Iterable<string>) {
    this.nodes = [...new Set(nodes)].sort();
    const owners = new Map<string, string>();
    for (const node of this.nodes) for (const point of pointsOf(node)) owners.set(point, node);
    this.#points = [...owners.keys()].sort();
    this.#owners = this.#points.map((point) => owners.get(point) ?? '');
  }

  /** undefined: the ring has no nodes. Of a row, the key is its uuid. */
  ownerOf(key: string): string | undefined {
    const position = firstAbove(this.#points, createHash('md5').update(key).digest('hex'));
    // Beyond the last point the ring begins again.
    return this.#owners[position] ?? this.#owners[0];
  }

  hasSameNodesAs(other: HashRing): boolean {
    return this.nodes.length === other.nodes.length && this.nodes.every((node, index) => node === other.nodes[index]);
  }
}

/**
 * Point k is the MD5 of the name k + 1 times over: one digest that the name is fed to again and again. In hexadecimal,
 * all of one length, texts are in the order of the numbers that tooz compares.
 */
function* pointsOf(node: string): Generator<string> {
  const digest = createHash('md5').update(node);
  for (let point = 0; point < POINTS_PER_NODE; point++) {
    digest.update(node);
    yield digest.copy().digest('hex');
  }
}

/** The index of the first point that is greater than `key`; the number of points when there is none. */
function firstAbove(points: readonly string[], key: string): number {
  let low = 0;
  let high = points.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (key < (points[middle] ?? '')) high = middle;
    else low = middle + 1;
  }
  return low;
}
