/**
 * DHCP option 121 as Neutron writes it: `{169.254.169.254/32,10.0.0.2, 172.16.0.0/16,10.0.0.254, 0.0.0.0/0,10.0.0.1}`.
 * The metadata address comes first and the default route last; the subnet's host routes have no order in SQL.
 */
export interface StaticRoutes {
  readonly first: readonly string[];
  readonly inAnyOrder: readonly string[];
  readonly last: readonly string[];
}

export const printRoutes = ({ first, inAnyOrder, last }: StaticRoutes): string =>
  `{${[...first, ...inAnyOrder, ...last].join(', ')}}`;

export function areRoutes(found: string, wanted: StaticRoutes): boolean {
  if (found === printRoutes(wanted)) return true;
  if (!found.startsWith('{') || !found.endsWith('}')) return false;
  const routes = found.slice(1, -1).split(', ');
  const { first, inAnyOrder, last } = wanted;
  if (routes.length !== first.length + inAnyOrder.length + last.length) return false;
  const middle = routes.slice(first.length, routes.length - last.length).sort();
  const inPlace = [...routes.slice(0, first.length), ...middle, ...routes.slice(routes.length - last.length)];
  return printRoutes({ ...wanted, inAnyOrder: inAnyOrder.toSorted() }) === `{${inPlace.join(', ')}}`;
}
