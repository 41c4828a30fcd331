import { POLICIES } from '../checks/check.ts';
import { findNearestName } from '../config/nearest-name.ts';
import { FOREIGN_TABLES, OWNED_TABLES } from '../northbound/tables.ts';
import { INTERFACE_VERSION, type Plugin } from './plugin.ts';
import { PluginError } from './plugin-error.ts';

/**
 * What a module exports, once it is known to be a plugin. No compiler need have seen it: a member of the wrong type is
 * found here and not in the middle of a pass.
 *
 * @param from How the configuration names it.
 * @throws PluginError that says which member, and what would be right.
 */
export function readPlugin(exported: unknown, from: string): Plugin {
  const plugin = membersOf(exported, from, 'what it exports as default', MEMBERS);
  const { name, interfaceVersion } = plugin;
  if (typeof name !== 'string' || !/^[a-z][a-z0-9-]*$/.test(name)) {
    throw malformed(from, `its name is ${say(name)}`, 'give it one of small letters, digits and hyphens: octavia');
  }
  // Asked before the rest: a plugin for another version may well have another shape.
  if (interfaceVersion !== INTERFACE_VERSION) {
    throw new PluginError('version', {
      plugin: name,
      problem: `it was written for version ${say(interfaceVersion)} of the plugin interface, and this driftline has ${INTERFACE_VERSION}`,
      remedy:
        typeof interfaceVersion === 'number' && interfaceVersion > INTERFACE_VERSION
          ? 'upgrade driftline, or use an earlier version of the plugin'
          : 'use a later version of the plugin',
    });
  }
  for (const [at, rows] of listOf(plugin.rows, name, 'rows').entries()) readRows(rows, name, `rows[${at}]`);
  for (const [at, task] of listOf(plugin.tasks, name, 'tasks').entries()) readTask(task, name, `tasks[${at}]`);
  for (const [at, check] of listOf(plugin.checks, name, 'checks').entries()) readCheck(check, name, `checks[${at}]`);
  return plugin as unknown as Plugin;
}

type Members = Readonly<Record<string, unknown>>;

const MEMBERS = ['name', 'interfaceVersion', 'rows', 'tasks', 'checks'];

function readRows(value: unknown, plugin: string, where: string): void {
  const rows = membersOf(value, plugin, where, ['table', 'claim', 'wants', 'orphan']);
  const { table } = rows;
  const isOfNeutron = OWNED_TABLES.some((each) => each === table);
  if (!isOfNeutron && !(typeof table === 'string' && table in FOREIGN_TABLES)) {
    const near = findNearestName(String(table), [...OWNED_TABLES, ...Object.keys(FOREIGN_TABLES)]);
    const remedy = near === undefined ? 'name one of the OVN Northbound' : `did you mean ${near}?`;
    throw malformed(plugin, `${where}.table is ${say(table)}`, remedy);
  }
  mustBe(rows, plugin, where, { claim: 'function', wants: 'function?', orphan: 'function?' });
  const judged = ['wants', 'orphan'].find((member) => rows[member] !== undefined);
  if (!isOfNeutron && judged !== undefined) {
    throw malformed(
      plugin,
      `${where}.${judged} is about ${String(table)}, which Driftline never writes`,
      'leave it out: rows of that table can be claimed',
    );
  }
}

function readTask(value: unknown, plugin: string, where: string): void {
  const task = membersOf(value, plugin, where, [
    ...['name', 'kind', 'reads', 'writes', 'offBecause', 'gate', 'spacingMs', 'runAtStart', 'recurs', 'work'],
  ]);
  mustMatch(task, plugin, where, 'name', /^[a-z][a-z0-9_]*$/, 'give it one of small letters, digits and underscores');
  mustBeOneOf(task, plugin, where, 'kind', ['enforcement', 'back-fill', 'continuous']);
  mustBeOneOf(task, plugin, where, 'gate', ['lock', 'none', undefined]);
  mustBe(task, plugin, where, {
    reads: 'string',
    writes: 'string',
    offBecause: 'string?',
    spacingMs: 'number',
    runAtStart: 'boolean?',
    recurs: 'boolean?',
  });
  mustBeSpaced(task, plugin, where);
  const work = membersOf(task.work, plugin, `${where}.work`, ['is', 'scope', 'look', 'mend']);
  mustBeOneOf(work, plugin, `${where}.work`, 'is', ['scope', 'code']);
  if (work.is === 'code') {
    mustBe(work, plugin, `${where}.work`, { look: 'function', mend: 'function?' });
    return;
  }
  for (const [at, value] of listOf(work.scope, plugin, `${where}.work.scope`).entries()) {
    const place = `${where}.work.scope[${at}]`;
    const part = membersOf(value, plugin, place, ['table', 'column', 'keys', 'actions', 'isAbout']);
    mustBeOneOf(part, plugin, place, 'table', OWNED_TABLES);
    mustBe(part, plugin, place, { column: 'string?', isAbout: 'function?' });
  }
}

function readCheck(value: unknown, plugin: string, where: string): void {
  const members = ['name', 'looksAt', 'writes', 'defaultPolicy', 'spacingMs', 'look', 'mend'];
  const check = membersOf(value, plugin, where, members);
  mustMatch(check, plugin, where, 'name', /^[a-z][a-z0-9-]*$/, 'give it one of small letters, digits and hyphens');
  mustBe(check, plugin, where, {
    looksAt: 'string',
    writes: 'string?',
    spacingMs: 'number?',
    look: 'function',
    mend: 'function?',
  });
  mustBeOneOf(check, plugin, where, 'defaultPolicy', [...POLICIES, undefined]);
  if (check.defaultPolicy === 'repair' && check.mend === undefined) {
    throw malformed(plugin, `${where} is to repair and has no mend`, 'give it one, or the policy observe');
  }
  if (check.spacingMs !== undefined) mustBeSpaced(check, plugin, where);
}

/** The object, if all its members are known: a misspelled one would be passed over in silence. */
function membersOf(value: unknown, plugin: string, where: string, known: readonly string[]): Members {
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(plugin, `${where} is ${say(value)}`, `make it an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown !== undefined) {
    const near = findNearestName(unknown, known);
    const remedy = near === undefined ? `its members are ${known.join(', ')}` : `did you mean ${near}?`;
    throw malformed(plugin, `${where} has a member ${unknown}`, remedy);
  }
  return value as Members;
}

function listOf(value: unknown, plugin: string, where: string): readonly unknown[] {
  if (value === undefined) return [];
  if (!Array.isArray(value)) throw malformed(plugin, `${where} is ${say(value)}`, 'make it a list');
  return value;
}

/** `?`: may be absent. */
function mustBe(members: Members, plugin: string, where: string, types: Readonly<Record<string, string>>): void {
  for (const [member, type] of Object.entries(types)) {
    const value = members[member];
    if (type.endsWith('?') && value === undefined) continue;
    const wanted = type.replace('?', '');
    if (typeof value !== wanted) throw malformed(plugin, `${where}.${member} is ${say(value)}`, `give it a ${wanted}`);
  }
}

function mustBeOneOf(
  members: Members,
  plugin: string,
  where: string,
  member: string,
  words: readonly (string | undefined)[],
): void {
  if (words.some((word) => word === members[member])) return;
  const choice = words.filter((word) => word !== undefined).join(', ');
  throw malformed(plugin, `${where}.${member} is ${say(members[member])}`, `choose one of ${choice}`);
}

function mustMatch(
  members: Members,
  plugin: string,
  where: string,
  member: string,
  pattern: RegExp,
  remedy: string,
): void {
  const value = members[member];
  if (typeof value !== 'string' || !pattern.test(value)) {
    throw malformed(plugin, `${where}.${member} is ${say(value)}`, remedy);
  }
}

const LEAST_SPACING_MS = 1_000;

function mustBeSpaced({ spacingMs }: Members, plugin: string, where: string): void {
  if (Number.isFinite(spacingMs) && Number(spacingMs) >= LEAST_SPACING_MS) return;
  throw malformed(plugin, `${where}.spacingMs is ${say(spacingMs)}`, `give it at least ${LEAST_SPACING_MS}`);
}

const malformed = (plugin: string, problem: string, remedy: string): PluginError =>
  new PluginError('malformed', { plugin, problem, remedy });

function say(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  return typeof value === 'object' || typeof value === 'function'
    ? `a value of type ${typeof value}`
    : JSON.stringify(value);
}
