import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import type { Change, CreateChange, DeleteChange, Difference, UpdateChange } from '../diff/change.ts';
import type { ResourceRef } from '../northbound/desired.ts';
import { INVALID_CHASSIS, NONE_BESIDE_GROUP } from '../translate/router/gateway-chassis.ts';
import { checkLimits } from './limits.ts';
import { inOrder, rankOf } from './order.ts';
import { makePlan, type Plan, summarise } from './plan.ts';
import { PlanFileError, readPlan, writePlan } from './plan-file.ts';

const create = (resource: ResourceRef, extra: Partial<CreateChange> = {}): CreateChange => ({
  action: 'create',
  reason: 'missing',
  table: 'Logical_Switch_Port',
  key: resource.id,
  resource,
  unit: resource,
  values: {},
  listedIn: [],
  ...extra,
});
const remove = (resource: ResourceRef, extra: Partial<DeleteChange> = {}): DeleteChange => ({
  action: 'delete',
  reason: 'orphan',
  table: 'Logical_Switch_Port',
  key: resource.id,
  uuid: resource.id,
  resource,
  unit: resource,
  proof: 'its mark',
  listedIn: [],
  before: {},
  ...extra,
});
const update = (resource: ResourceRef, extra: Partial<UpdateChange> = {}): UpdateChange => ({
  action: 'update',
  table: 'Logical_Router_Port',
  key: resource.id,
  uuid: resource.id,
  resource,
  unit: resource,
  differences: [],
  guard: {},
  ...extra,
});
const planOf = (changes: readonly Change[], ownedRows = 1000, gatewayPorts = 0): Plan =>
  makePlan({
    release: '2026.1',
    createdAtMs: 1,
    changes,
    ownedRows,
    gatewayPorts,
    revisionOf: (resource) => ({ resource, standardAttrId: 7, revision: 3 }),
    uuidOf: (table, key) => `${table}/${key}`,
  });
const limits = { maxDeletes: 3, maxDeleteShare: 0.1, maxGatewayShare: 0.5 };

describe('the order of a plan', () => {
  const types = ['deployment', 'networks', 'subnets', 'security_groups', 'routers', 'ports', 'floatingips'] as const;
  const anyChange = fc
    .tuple(fc.constantFrom(...types), fc.integer({ min: 0, max: 5 }), fc.boolean())
    .map(([type, id, isCreate]) => (isCreate ? create({ type, id: `${id}` }) : remove({ type, id: `${id}` })));

  it('puts what is referred to before what refers to it, and deletes in reverse, after all else', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (changes) => {
        const units = inOrder(changes);
        const onlyDeletes = units.map((unit) => unit.changes.every(({ action }) => action === 'delete'));
        assert.deepEqual([...onlyDeletes].sort(), onlyDeletes, 'deletes come last');
        const ranks = units.map(({ unit }, index) => (onlyDeletes[index] ? -rankOf(unit) : rankOf(unit)));
        const writes = ranks.filter((_, index) => !onlyDeletes[index]);
        const deletes = ranks.filter((_, index) => onlyDeletes[index]);
        assert.deepEqual(
          [...writes].sort((a, b) => a - b),
          writes,
        );
        assert.deepEqual(
          [...deletes].sort((a, b) => a - b),
          deletes,
        );
      }),
    );
  });

  it('keeps every change, and all of one unit in one transaction', () => {
    fc.assert(
      fc.property(fc.array(anyChange), (changes) => {
        const units = inOrder(changes);
        assert.equal(units.flatMap((unit) => unit.changes).length, changes.length);
        assert.equal(new Set(units.map(({ unit }) => `${unit.type} ${unit.id}`)).size, units.length);
      }),
    );
  });

  it('changes the ACLs of a group together, and before the ports that are in it', () => {
    const group = { type: 'security_groups', id: 'g' } as const;
    const acl = (id: string) => create({ type: 'security_group_rules', id }, { unit: group });
    const plan = planOf([create({ type: 'ports', id: 'p' }), acl('r1'), acl('r2')]);
    assert.deepEqual(
      plan.transactions.map(({ unit, changes }) => [unit.type, changes.length]),
      [
        ['security_groups', 2],
        ['ports', 1],
      ],
    );
  });
});

describe('a plan', () => {
  const port = { type: 'ports', id: 'p' } as const;

  it('carries the uuids of what it refers to, and each resource’s revision once', () => {
    const listedIn = [{ table: 'Logical_Switch', column: 'ports', key: 'neutron-n' }] as const;
    const plan = planOf([create(port, { listedIn }), create(port, { table: 'QoS', key: 'q' })]);
    assert.deepEqual(plan.references, { 'Logical_Switch neutron-n': 'Logical_Switch/neutron-n' });
    assert.deepEqual(plan.transactions[0]?.revisions, [{ resource: port, standardAttrId: 7, revision: 3 }]);
    assert.deepEqual(summarise(plan), { transactions: 1, creates: 2, updates: 0, deletes: 0 });
  });

  it('comes back from its file as it was', () => {
    const plan = planOf([create(port), remove({ type: 'networks', id: 'n' })]);
    const digestOf = (text: string) => `${text.length}`;
    assert.deepEqual(readPlan(writePlan(plan, digestOf), digestOf), plan);
  });

  it('is refused when its file was altered, is of another version, or is no plan', () => {
    const digestOf = (text: string) => `${text.length}`;
    const text = writePlan(planOf([create(port)]), digestOf);
    const codeOf = (altered: string) => {
      try {
        readPlan(altered, digestOf);
      } catch (error) {
        assert.ok(error instanceof PlanFileError);
        return error.code;
      }
      return 'accepted';
    };
    assert.equal(codeOf(text.replace('"key": "p"', '"key": "another"')), 'altered');
    assert.equal(codeOf(text.replace('"format_version": 1', '"format_version": 2')), 'other-version');
    assert.equal(codeOf('{}'), 'not-a-plan');
    assert.equal(codeOf(text.slice(0, 100)), 'not-a-plan');
  });
});

describe('the blast radius', () => {
  const removes = (count: number) => Array.from({ length: count }, (_, id) => remove({ type: 'ports', id: `${id}` }));
  const namesOf = (plan: Plan) => checkLimits(plan, limits).map(({ limit }) => limit);

  it('lets a small plan pass and refuses one that deletes too many rows', () => {
    assert.deepEqual(namesOf(planOf(removes(3))), []);
    assert.deepEqual(namesOf(planOf(removes(4))), ['max-deletes']);
  });

  it('refuses a plan that deletes too large a share of a real deployment, not of five rows', () => {
    assert.deepEqual(namesOf(planOf(removes(3), 20)), []);
    assert.deepEqual(namesOf(planOf(removes(3), 60)), []);
    assert.deepEqual(
      checkLimits(planOf(removes(7), 60), { ...limits, maxDeletes: 100 }).map(({ limit }) => limit),
      ['max-delete-share'],
    );
  });

  it('refuses a plan that moves most gateways at once, but not one that schedules them for the first time', () => {
    const move = (id: string, reason: 'invalid' | 'missing') =>
      update(
        { type: 'router_ports', id },
        { differences: [{ column: 'gateway_chassis', reason, found: [], wanted: [] }] },
      );
    const moves = (reason: 'invalid' | 'missing', ...ids: string[]) =>
      planOf(
        ids.map((id) => move(id, reason)),
        1000,
        4,
      );
    assert.deepEqual(namesOf(moves('invalid', 'a', 'b', 'c')), ['max-gateway-share']);
    assert.deepEqual(namesOf(moves('invalid', 'a', 'b')), []);
    assert.deepEqual(namesOf(planOf([move('a', 'invalid')], 1000, 1)), [], 'one alone may always move');
    assert.deepEqual(namesOf(moves('missing', 'a', 'b', 'c', 'd')), []);
  });

  it('counts the gateway ports of routers that are deleted, and not their interfaces', () => {
    const port = (id: string, before: DeleteChange['before']) =>
      remove({ type: 'router_ports', id }, { table: 'Logical_Router_Port', before });
    const all = (before: DeleteChange['before']) =>
      planOf(
        ['a', 'b', 'c'].map((id) => port(id, before)),
        1000,
        2,
      );
    assert.deepEqual(namesOf(all({ gateway_chassis: [] })), []);
    assert.deepEqual(namesOf(all({ gateway_chassis: ['chassis'] })), ['max-gateway-share']);
    assert.deepEqual(namesOf(all({ ha_chassis_group: 'group' })), ['max-gateway-share']);
  });

  it('takes it for no move when a gateway leaves the chassis that is none, or chassis that ovn-northd ignores', () => {
    const leave = (id: string, more: Partial<Difference>) =>
      update(
        { type: 'router_ports', id },
        { differences: [{ column: 'gateway_chassis', reason: 'invalid', found: [], wanted: [], ...more }] },
      );
    const all = (more: Partial<Difference>) =>
      planOf(
        ['a', 'b', 'c'].map((id) => leave(id, more)),
        1000,
        4,
      );
    assert.deepEqual(namesOf(all({ found: [{ chassis_name: INVALID_CHASSIS }] })), []);
    assert.deepEqual(namesOf(all({ found: [{ chassis_name: 'gw-1' }], why: NONE_BESIDE_GROUP })), []);
    assert.deepEqual(namesOf(all({ found: [{ chassis_name: 'gw-1' }] })), ['max-gateway-share']);
  });

  it('takes it for no move when the active chassis stays and others behind it change', () => {
    const behind = (wanted: readonly string[]) => {
      const rows = (names: readonly string[]) =>
        names.map((chassis_name, at) => ({ chassis_name, priority: names.length - at }));
      const difference = { column: 'gateway_chassis', reason: 'invalid', found: rows(['gw-1', 'gw-2']) } as const;
      const changes = ['a', 'b', 'c'].map((id) =>
        update({ type: 'router_ports', id }, { differences: [{ ...difference, wanted: rows(wanted) }] }),
      );
      return namesOf(planOf(changes, 1000, 4));
    };
    assert.deepEqual(behind(['gw-1', 'gw-3']), []);
    assert.deepEqual(behind(['gw-1', 'gw-3', 'gw-2']), []);
    assert.deepEqual(behind(['gw-2', 'gw-1']), ['max-gateway-share']);
    assert.deepEqual(behind([]), ['max-gateway-share']);
  });

  it('names the figure and what to say to go on', () => {
    const [finding] = checkLimits(planOf(removes(4)), limits);
    assert.match(finding?.message ?? '', /deletes 4 rows, more than 3: .*--max-deletes 4/);
  });
});
