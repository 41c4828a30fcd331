/** Port groups of security groups, and the one that drops what no rule allows. Who is in them say the switch ports. */
import { type DesiredRow, exact, keys, type ResourceRef } from '../../northbound/desired.ts';
import type { TranslationContext } from '../context.ts';
import { dropPortGroupName, portGroupName } from '../names.ts';

export const dropGroupUnit: ResourceRef = { type: 'deployment', id: dropPortGroupName };

export function* portGroupRows(ctx: TranslationContext): Iterable<DesiredRow> {
  // Neutron makes this one when its API starts, with security groups switched off too.
  yield {
    table: 'Port_Group',
    key: dropPortGroupName,
    resource: dropGroupUnit,
    cells: { name: exact(dropPortGroupName), external_ids: keys({}) },
    listedIn: [],
  };
  const presence = securityGroupPresence(ctx);
  for (const { id } of ctx.snapshot.securityGroups.values()) {
    const name = portGroupName(id);
    yield {
      table: 'Port_Group',
      key: name,
      resource: { type: 'security_groups', id },
      cells: { name: exact(name), external_ids: keys({ 'neutron:security_group_id': id }) },
      listedIn: [],
      presence,
    };
  }
}

/**
 * Neutron without security groups neither makes nor removes the rows of those that are in SQL: what was written before
 * they were switched off stays.
 */
export const securityGroupPresence = (ctx: TranslationContext): 'required' | 'tolerated' =>
  ctx.config.securityGroup.enableSecurityGroup ? 'required' : 'tolerated';
