/** Switch ports of Neutron's ports; those of provider networks are in localnet-port.ts. */
import {
  type Cell,
  type ColumnValue,
  choice,
  type DesiredRow,
  dated,
  exact,
  type Listing,
  refs,
} from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { dropPortGroupName, logicalSwitchName, portGroupName } from '../names.ts';
import { onceFor } from '../once.ts';
import { externalPortHaGroup } from './ha-chassis-group.ts';
import { hasSwitchPort } from './port-binding.ts';
import { dhcpOptionsFor, hasDhcp, portDhcpCells } from './port-dhcp-options.ts';
import { pvlanGroupsOf } from './pvlan.ts';
import { addressesCell, portSecurityCell } from './switch-port-addresses.ts';
import { externalIdsCell } from './switch-port-external-ids.ts';
import { type SwitchPortFacts, switchPortFacts } from './switch-port-facts.ts';
import { optionsCell } from './switch-port-options.ts';

export function* logicalSwitchPortRows(ctx: TranslationContext): Iterable<DesiredRow> {
  for (const port of ctx.snapshot.ports.values()) {
    if (!hasSwitchPort(port)) continue;
    const resource = { type: 'ports', id: port.id } as const;
    const network = ctx.index.networkOf(port);
    if (network === undefined) {
      ctx.faults.push({ resource, message: `port ${port.id} has no network row; is the snapshot partial?` });
      continue;
    }
    const facts = switchPortFacts(ctx, port, network);
    yield {
      table: 'Logical_Switch_Port',
      key: port.id,
      resource,
      cells: cellsOf(ctx, facts),
      listedIn: listings(ctx, facts),
    };
  }
}

const ENABLED = exact(true);
const DISABLED = exact(false);
const NO_VALUE = exact(undefined);
const NO_GROUP = refs('HA_Chassis_Group', []);

function cellsOf(ctx: TranslationContext, facts: SwitchPortFacts): Record<string, Cell> {
  const { port, parameters } = facts;
  const dhcp = dhcpOptionsFor(ctx, port);
  const isSubport = parameters.is === 'subport';
  return {
    name: exact(port.id),
    type: typeCell(facts),
    options: optionsCell(ctx, facts),
    parent_name: isSubport ? exact(parameters.parentName) : NO_VALUE,
    ...(isSubport ? subportTag(ctx, parameters.tag) : noTag(ctx, facts.type)),
    addresses: addressesCell(ctx, facts, hasDhcp(dhcp)),
    port_security: portSecurityCell(ctx, facts),
    enabled: port.adminStateUp ? ENABLED : DISABLED,
    ...portDhcpCells(dhcp),
    ha_chassis_group: facts.type === 'external' ? refs('HA_Chassis_Group', [externalPortHaGroup(ctx, port)]) : NO_GROUP,
    external_ids: externalIdsCell(ctx, facts),
  };
}

const TYPES: Readonly<Record<SwitchPortFacts['type'], Cell>> = {
  '': exact(''),
  vtep: exact('vtep'),
  virtual: exact('virtual'),
  localport: exact('localport'),
  external: exact('external'),
  router: exact('router'),
};
const MAYBE_VIRTUAL = choice<ColumnValue>(
  'virtual, or not yet: a parent that is written after a bound port does not change it',
  (found) => found === 'virtual' || found === '' || found === undefined,
  () => 'virtual',
);

const typeCell = ({ type, virtual }: SwitchPortFacts): Cell =>
  type === 'virtual' && !virtual?.isCertain ? MAYBE_VIRTUAL : TYPES[type];

/** Neutron used to write `tag`; it asks with `tag_request` since, which ovn-northd copies to `tag`. */
function subportTag({ features }: TranslationContext, tag: number): { tag_request: Cell; tag: Cell } {
  if (!features.has('tagRequest') && !features.maybe('tagRequest')) return { tag_request: NO_VALUE, tag: exact(tag) };
  return {
    tag_request: dated<ColumnValue>('tagRequest', tag, undefined),
    tag: choice<ColumnValue>(
      'the tag, or nothing until ovn-northd copies it from tag_request',
      (found, row) => found === tag || (found === undefined && row.tag_request === tag),
      () => tag,
    ),
  };
}

/** Taking `tag_request` from a former subport leaves the `tag` that ovn-northd made of it, without effect. */
function noTag({ features }: TranslationContext, type: SwitchPortFacts['type']): { tag_request: Cell; tag: Cell } {
  const isLeft = type === '' && (features.has('tagRequest') || features.maybe('tagRequest'));
  return isLeft ? { tag_request: NO_VALUE, tag: LEFT_TAG } : { tag_request: NO_VALUE, tag: NO_VALUE };
}

const LEFT_TAG = choice<ColumnValue>(
  'nothing, or the VLAN of a former trunk subport',
  (found) => found === undefined || (Number.isInteger(found) && Number(found) > 0 && Number(found) < 4095),
  () => undefined,
);

function listings(ctx: TranslationContext, { port, isTrusted, isSecured, type }: SwitchPortFacts): readonly Listing[] {
  const listed: Listing[] = [switchListing(ctx, port.networkId)];
  for (const key of pvlanGroupsOf(ctx, port)) listed.push({ table: 'Port_Group', column: 'ports', key });
  if (isTrusted) return listed;
  if (isSecured && type !== 'vtep') listed.push(DROP_LISTING);
  for (const id of port.securityGroupIds) listed.push(securityGroupListing(ctx, id));
  return listed;
}

const DROP_LISTING: Listing = { table: 'Port_Group', column: 'ports', key: dropPortGroupName };
const switchListing = onceFor(
  (_ctx, networkId): Listing => ({ table: 'Logical_Switch', column: 'ports', key: logicalSwitchName(networkId) }),
);
const securityGroupListing = onceFor(
  (_ctx, id): Listing => ({ table: 'Port_Group', column: 'ports', key: portGroupName(id) }),
);
