/** Freezes plain objects and arrays all the way down. Maps and Sets, which cannot be frozen, are replaced by copies. */
export function deepFreeze<T extends object>(value: T): T {
  return freeze(value) as T;
}

function freeze(value: unknown): unknown {
  if (typeof value !== 'object' || value === null || Object.isFrozen(value)) return value;
  if (value instanceof Map) return new Map(value);
  if (value instanceof Set) return new Set(value);
  if (Array.isArray(value)) return Object.freeze(value.map(freeze));
  return Object.freeze(Object.fromEntries(Object.entries(value).map(([key, member]) => [key, freeze(member)])));
}
