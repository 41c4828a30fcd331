/** ACLs: one for each security group rule, the two that drop what no rule allows, and those of network logs. */
import type { SecurityGroup, SecurityGroupRule } from '../../neutron/model/security.ts';
import {
  type Cell,
  type ColumnValue,
  choice,
  type DesiredRow,
  dated,
  exact,
  type KeyWant,
  keys,
} from '../../northbound/desired.ts';
import { aclKey, ruleAclKey } from '../../northbound/keys.ts';
import type { TranslationContext } from '../context.ts';
import { dropPortGroupName, portGroupName } from '../names.ts';
import { type LogCover, type LogCovers, logCells, logCovers } from './acl-log.ts';
import { matchOfRule, type RuleMatch } from './acl-match.ts';
import { dropGroupUnit, securityGroupPresence } from './port-group.ts';

const ALLOW_PRIORITY = 1002;
const LOG_DROP_PRIORITY = 1001;

export function* aclRows(ctx: TranslationContext): Iterable<DesiredRow> {
  const covers = logCovers(ctx);
  yield* commonDropRows(ctx, covers.dropGroup);
  for (const group of ctx.snapshot.securityGroups.values()) {
    yield* ruleRows(ctx, covers, group);
    const drops = covers.dropsOfGroup(group.id);
    if (drops !== undefined) yield* logDropRows(ctx, drops, group);
  }
}

/** Of rules that say the same there is one ACL, with the id of whichever came first. */
interface SharedAcl {
  readonly rule: RuleMatch;
  /** The rule that was created first, then the others in id order. */
  readonly ids: string[];
  /** Standard attributes are numbered as resources are created. */
  oldest: number;
}

function* ruleRows(ctx: TranslationContext, covers: LogCovers, group: SecurityGroup): Iterable<DesiredRow> {
  const rules = ctx.index.rulesOfSecurityGroup.of(group.id);
  if (rules.length === 0) return;
  const portGroup = portGroupName(group.id);
  const acls = sharedAcls(ctx, rules, portGroup);
  const cover = covers.ofGroup(group.id);
  const action = exact(actionOf(ctx, group));
  const unit = { type: 'security_groups', id: group.id } as const;
  const presence = securityGroupPresence(ctx);
  /** What older releases wrote for several of these ACLs at once. */
  const olderMatches = new Set<string>();
  for (const { rule, ids } of acls) {
    const [id = '', ...otherIds] = ids;
    const key = ruleAclKey(portGroup, id);
    const { direction, match, matchWithoutAddressGroup: older, addressSet } = rule;
    const aliases = [
      ...otherIds.map((other) => ruleAclKey(portGroup, other)),
      aclKey(portGroup, direction, ALLOW_PRIORITY, match),
    ];
    if (addressSet !== undefined) aliases.push(aclKey(portGroup, direction, ALLOW_PRIORITY, older));
    const wasShared = addressSet !== undefined && olderMatches.has(older);
    if (addressSet !== undefined) olderMatches.add(older);
    yield {
      table: 'ACL',
      key,
      aliases,
      resource: { type: 'security_group_rules', id },
      unit,
      cells: {
        priority: exact(ALLOW_PRIORITY),
        direction: exact(direction),
        match: matchCell(ctx, rule),
        action,
        external_ids: keys({ 'neutron:security_group_rule_id': anyOf(ids) }),
        ...logCells(ctx, cover, { isStateless: !group.stateful, key }),
      },
      listedIn: [{ table: 'Port_Group', column: 'acls', key: portGroup }],
      presence: wasShared && ctx.features.maybe('addressGroupsInAcls') ? 'tolerated' : presence,
      ...(wasShared ? { feature: 'addressGroupsInAcls' } : {}),
    };
  }
}

function sharedAcls(
  ctx: TranslationContext,
  rules: readonly SecurityGroupRule[],
  portGroup: string,
): Iterable<SharedAcl> {
  const { features } = ctx;
  const hasAddressGroups = features.has('addressGroupsInAcls') || features.maybe('addressGroupsInAcls');
  const acls = new Map<string, SharedAcl>();
  for (const rule of rules) {
    let found = matchOfRule(rule, portGroup);
    if (typeof found === 'string') {
      const resource = { type: 'security_group_rules', id: rule.id } as const;
      ctx.faults.push({ resource, message: `security group rule ${rule.id} has no ACL, in Neutron either: ${found}` });
      continue;
    }
    // Such a rule then allows everybody: Neutron writes it so.
    if (!hasAddressGroups) found = { ...found, match: found.matchWithoutAddressGroup, addressSet: undefined };
    const content = `${found.direction} ${found.match}`;
    const shared = acls.get(content);
    const born = rule.attributes.id;
    if (shared === undefined) acls.set(content, { rule: found, ids: [rule.id], oldest: born });
    else if (born >= shared.oldest) shared.ids.push(rule.id);
    else {
      shared.ids.unshift(rule.id);
      shared.oldest = born;
    }
  }
  return acls.values();
}

/** Releases before 2025.1 offer address groups in rules and leave them out of the match. */
function matchCell(ctx: TranslationContext, rule: RuleMatch): Cell {
  const { match, matchWithoutAddressGroup: older, addressSet } = rule;
  if (addressSet === undefined) return exact(match);
  if (ctx.features.has('addressGroupsInAcls')) return dated<ColumnValue>('addressGroupsInAcls', match, older);
  return choice<ColumnValue>(
    'with the address group or, from the first versions of this release, without it',
    (found) => found === match || found === older,
    (_row, observed) => (observed.row('Address_Set', addressSet) === undefined ? older : match),
  );
}

function anyOf(ids: readonly string[]): KeyWant {
  const [first = ''] = ids;
  if (ids.length === 1) return first;
  return choice<string | number>(
    'the id of any rule that this ACL stands for',
    (found) => ids.includes(String(found)),
    () => first,
  );
}

function actionOf(ctx: TranslationContext, group: SecurityGroup): string {
  if (group.stateful) return 'allow-related';
  const isKnown =
    ctx.features.has('alwaysAllowStateless') || ctx.schema.enumOf('ACL', 'action').includes('allow-stateless');
  return isKnown ? 'allow-stateless' : 'allow-related';
}

const DIRECTIONS = [
  ['from-lport', 'inport'],
  ['to-lport', 'outport'],
] as const;

function* commonDropRows(ctx: TranslationContext, cover: LogCover): Iterable<DesiredRow> {
  const priority = ctx.features.has('dropPriority1000')
    ? dated<ColumnValue>('dropPriority1000', 1000, 1001)
    : exact(1001);
  const wanted = ctx.features.has('dropPriority1000') ? 1000 : 1001;
  for (const [direction, port] of DIRECTIONS) {
    const match = `${port} == @${dropPortGroupName} && ip`;
    const key = aclKey(dropPortGroupName, direction, wanted, match);
    yield {
      table: 'ACL',
      key,
      aliases: wanted === 1000 ? [aclKey(dropPortGroupName, direction, 1001, match)] : [],
      resource: dropGroupUnit,
      cells: {
        priority,
        direction: exact(direction),
        match: exact(match),
        action: exact('drop'),
        external_ids: keys({}),
        ...logCells(ctx, cover, { isStateless: false, key }),
      },
      listedIn: [{ table: 'Port_Group', column: 'acls', key: dropPortGroupName }],
    };
  }
}

/**
 * 2026.2: so that a dropped packet is told to the log of the group it was dropped for. For a log
 * from before an upgrade Neutron makes them with the log's next change; here they are wanted at once.
 */
function* logDropRows(ctx: TranslationContext, cover: LogCover, group: SecurityGroup): Iterable<DesiredRow> {
  const portGroup = portGroupName(group.id);
  for (const [direction, port] of DIRECTIONS) {
    const match = `${port} == @${portGroup} && ip`;
    const key = aclKey(portGroup, direction, LOG_DROP_PRIORITY, match);
    yield {
      table: 'ACL',
      key,
      resource: { type: 'security_groups', id: group.id },
      cells: {
        priority: exact(LOG_DROP_PRIORITY),
        direction: exact(direction),
        match: exact(match),
        action: exact('drop'),
        external_ids: keys({}),
        ...logCells(ctx, cover, { isStateless: !group.stateful, isLogDrop: true, key }),
      },
      listedIn: [{ table: 'Port_Group', column: 'acls', key: portGroup }],
      presence: securityGroupPresence(ctx),
      feature: 'logDropsPerGroup',
    };
  }
}
