/**
 * What every Neutron resource carries (table `standardattributes`).
 * Model files hold plain readonly data: what Neutron's SQL says, decoded (booleans, numbers, JSON), nothing derived.
 */
export interface StandardAttributes {
  /** `standardattributes.id`; the key of `ovn_revision_numbers.standard_attr_id`. */
  readonly id: number;
  readonly revision: number;
  /** UTC milliseconds since the epoch; undefined where SQL has NULL (rows older than the column). */
  readonly createdAtMs: number | undefined;
  readonly updatedAtMs: number | undefined;
}

/** What a resource has in common with all others. `projectId` is '' where SQL has NULL or ''. */
export interface Resource {
  readonly id: string;
  readonly projectId: string;
  readonly attributes: StandardAttributes;
}
