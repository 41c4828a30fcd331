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
  const { values } = membersOf(exported, { plugin: from, where: 'what it exports as default' }, MEMBERS);
  const { name, interfaceVersion } = values;
  if (typeof name !== 'string' || !WORD.pattern.test(name)) {
    throw malformed(from, `its name is ${say(name)}`, `${WORD.remedy}: octavia`);
  }
  // Asked before the rest: a plugin for another version may well have another shape.
  if (interfaceVersion !== INTERFACE_VERSION) throw otherVersion(name, interfaceVersion);
  for (const [value, place] of itemsOf(values.rows, { plugin: name, where: 'rows' })) checkRows(value, place);
  for (const [value, place] of itemsOf(values.tasks, { plugin: name, where: 'tasks' })) checkTask(value, place);
  for (const [value, place] of itemsOf(values.checks, { plugin: name, where: 'checks' })) checkCheck(value, place);
  return exported as Plugin;
}

const MEMBERS = ['name', 'interfaceVersion', 'rows', 'tasks', 'checks'];

function checkRows(value: unknown, place: Place): void {
  const rows = membersOf(value, place, ['table', 'claim', 'wants', 'orphan']);
  const { table } = rows.values;
  const isOfNeutron = OWNED_TABLES.some((each) => each === table);
  if (!isOfNeutron && !(typeof table === 'string' && table in FOREIGN_TABLES)) {
    const near = findNearestName(String(table), [...OWNED_TABLES, ...Object.keys(FOREIGN_TABLES)]);
    const remedy = near === undefined ? 'name one of the OVN Northbound' : `did you mean ${near}?`;
    throw malformed(place.plugin, `${place.where}.table is ${say(table)}`, remedy);
  }
  mustBe(rows, { claim: 'function', wants: 'function?', orphan: 'function?' });
  const judged = ['wants', 'orphan'].find((member) => rows.values[member] !== undefined);
  if (!isOfNeutron && judged !== undefined) {
    const problem = `${place.where}.${judged} is about ${String(table)}, which Driftline never writes`;
    throw malformed(place.plugin, problem, 'leave it out: rows of that table can be claimed');
  }
}

function checkTask(value: unknown, place: Place): void {
  const optional = ['offBecause', 'gate', 'runAtStart', 'recurs'];
  const task = membersOf(value, place, ['name', 'kind', 'reads', 'writes', 'spacingMs', 'work', ...optional]);
  mustMatch(task, 'name', SNAKE);
  mustBeOneOf(task, 'kind', ['enforcement', 'back-fill', 'continuous']);
  mustBeOneOf(task, 'gate', ['lock', 'none', undefined]);
  mustBe(task, { reads: 'string', writes: 'string', offBecause: 'string?' });
  mustBe(task, { spacingMs: 'number', runAtStart: 'boolean?', recurs: 'boolean?' });
  mustBeSpaced(task);
  const workPlace = { ...place, where: `${place.where}.work` };
  const work = membersOf(task.values.work, workPlace, ['is', 'scope', 'look', 'mend']);
  mustBeOneOf(work, 'is', ['scope', 'code']);
  if (work.values.is === 'code') mustBe(work, { look: 'function', mend: 'function?' });
  else checkScope(work.values.scope, { ...place, where: `${workPlace.where}.scope` });
}

function checkScope(value: unknown, place: Place): void {
  for (const [item, partPlace] of itemsOf(value, place)) {
    const part = membersOf(item, partPlace, ['table', 'column', 'keys', 'actions', 'isAbout']);
    mustBeOneOf(part, 'table', OWNED_TABLES);
    mustBe(part, { column: 'string?', isAbout: 'function?' });
  }
}

function checkCheck(value: unknown, place: Place): void {
  const optional = ['writes', 'defaultPolicy', 'spacingMs', 'mend'];
  const check = membersOf(value, place, ['name', 'looksAt', 'look', ...optional]);
  mustMatch(check, 'name', WORD);
  mustBe(check, { looksAt: 'string', writes: 'string?', spacingMs: 'number?', look: 'function', mend: 'function?' });
  mustBeOneOf(check, 'defaultPolicy', [...POLICIES, undefined]);
  if (check.values.defaultPolicy === 'repair' && check.values.mend === undefined) {
    throw malformed(place.plugin, `${place.where} is to repair and has no mend`, 'give it one, or the policy observe');
  }
  if (check.values.spacingMs !== undefined) mustBeSpaced(check);
}

/** Where in which plugin: `rows[0]`. */
interface Place {
  readonly plugin: string;
  readonly where: string;
}

interface Members {
  readonly values: Readonly<Record<string, unknown>>;
  readonly place: Place;
}

/** The object, if all its members are known: a misspelled one would be passed over in silence. */
function membersOf(value: unknown, place: Place, known: readonly string[]): Members {
  const { plugin, where } = place;
  if (typeof value !== 'object' || value === null || Array.isArray(value)) {
    throw malformed(plugin, `${where} is ${say(value)}`, `make it an object with ${known.join(', ')}`);
  }
  const unknown = Object.keys(value).find((member) => !known.includes(member));
  if (unknown !== undefined) {
    const near = findNearestName(unknown, known);
    const remedy = near === undefined ? `its members are ${known.join(', ')}` : `did you mean ${near}?`;
    throw malformed(plugin, `${where} has a member ${unknown}`, remedy);
  }
  return { values: value as Members['values'], place };
}

function* itemsOf(value: unknown, { plugin, where }: Place): Iterable<readonly [item: unknown, place: Place]> {
  if (value === undefined) return;
  if (!Array.isArray(value)) throw malformed(plugin, `${where} is ${say(value)}`, 'make it a list');
  for (const [at, item] of value.entries()) yield [item, { plugin, where: `${where}[${at}]` }];
}

/** `?`: may be absent. */
function mustBe(members: Members, types: Readonly<Record<string, string>>): void {
  for (const [member, type] of Object.entries(types)) {
    const value = members.values[member];
    if (type.endsWith('?') && value === undefined) continue;
    const wanted = type.replace('?', '');
    if (typeof value !== wanted) throw wrong(members, member, `give it a ${wanted}`);
  }
}

function mustBeOneOf(members: Members, member: string, words: readonly (string | undefined)[]): void {
  if (words.some((word) => word === members.values[member])) return;
  throw wrong(members, member, `choose one of ${words.filter((word) => word !== undefined).join(', ')}`);
}

interface Spelling {
  readonly pattern: RegExp;
  readonly remedy: string;
}

const WORD: Spelling = { pattern: /^[a-z][a-z0-9-]*$/, remedy: 'give it one of small letters, digits and hyphens' };
const SNAKE: Spelling = {
  pattern: /^[a-z][a-z0-9_]*$/,
  remedy: 'give it one of small letters, digits and underscores',
};

function mustMatch(members: Members, member: string, { pattern, remedy }: Spelling): void {
  const value = members.values[member];
  if (typeof value !== 'string' || !pattern.test(value)) throw wrong(members, member, remedy);
}

const LEAST_SPACING_MS = 1_000;

function mustBeSpaced(members: Members): void {
  const { spacingMs } = members.values;
  if (Number.isFinite(spacingMs) && Number(spacingMs) >= LEAST_SPACING_MS) return;
  throw wrong(members, 'spacingMs', `give it at least ${LEAST_SPACING_MS}`);
}

const wrong = ({ values, place: { plugin, where } }: Members, member: string, remedy: string): PluginError =>
  malformed(plugin, `${where}.${member} is ${say(values[member])}`, remedy);

const malformed = (plugin: string, problem: string, remedy: string): PluginError =>
  new PluginError('malformed', { plugin, problem, remedy });

const otherVersion = (plugin: string, version: unknown): PluginError =>
  new PluginError('version', {
    plugin,
    problem: `it was written for version ${say(version)} of the plugin interface, and this driftline has ${INTERFACE_VERSION}`,
    remedy:
      typeof version === 'number' && version > INTERFACE_VERSION
        ? 'upgrade driftline, or use an earlier version of the plugin'
        : 'use a later version of the plugin',
  });

function say(value: unknown): string {
  if (value === undefined) return 'missing';
  if (value === null) return 'null';
  if (Array.isArray(value)) return 'a list';
  const type = typeof value;
  return type === 'object' || type === 'function' ? `a value of type ${type}` : JSON.stringify(value);
}
