import type { ReplicaRow } from '../replica/row.ts';
import { compareAtoms, isSameValue } from '../schema/compare.ts';
import type { AtomType, Column, Database, OvsdbAtom, OvsdbValue, Table } from '../schema/database.ts';
import type { ValueInput } from '../schema/value-input.ts';
import type { Condition, ConditionFunction } from '../transaction/operations.ts';
import { UsageError } from './terminal.ts';

const pattern = /^(\w+)(?::([^=!<>]+))?\s*(==|!=|<=|>=|<|>|\sincludes\s|\sexcludes\s)\s*(.*)$/s;

/**
 * `name==blue`, `tag>=100`, `ports includes UUID`, `external_ids:owner==me`, `options includes a=b,c=d`. What stands
 * on the right is read as the column's type; nothing, or `[]`, is the empty set. Throws UsageError.
 */
export function readCondition(text: string, table: Table): Condition {
  const [, name = '', key, operator = '', right = ''] = pattern.exec(text) ?? [];
  const column = name === '_uuid' ? uuidColumn : table.columns.get(name);
  if (operator === '')
    throw new UsageError(
      `"${text}" is no condition: write COLUMN==VALUE, with ==, !=, <, <=, >, >=, includes or excludes`,
    );
  if (column === undefined) {
    throw new UsageError(`${table.name} has no column "${name}"; it has ${[...table.columns.keys()].join(', ')}`);
  }
  const test = operator.trim() as ConditionFunction;
  if (key === undefined) return [name, test, readValue(right, column, text)];
  if (column.value === undefined)
    throw new UsageError(`${table.name}.${name} is not a map: "${text}" names a key of it`);
  if (test !== '==' && test !== '!=') throw new UsageError(`"${text}": a key's value is compared by == or !=`);
  const pair = new Map([[readAtom(key, column.key.type, text), readAtom(right, column.value.type, text)]]);
  return [name, test === '==' ? 'includes' : 'excludes', pair];
}

export function findTable(schema: Database, name: string): Table {
  const table = schema.tables.get(name);
  if (table === undefined) {
    throw new UsageError(
      `${schema.name} has no table "${name}"; it has ${[...schema.tables.keys()].sort().join(', ')}`,
    );
  }
  return table;
}

/** As the server would judge it (RFC 7047, section 5.1). */
export function meets(row: ReplicaRow, [column, test, wanted]: Condition): boolean {
  const value = row[column];
  switch (test) {
    case '==':
      return isSameValue(value, wanted as OvsdbValue);
    case '!=':
      return !isSameValue(value, wanted as OvsdbValue);
    case 'includes':
      return elements(wanted as OvsdbValue).every((each) => has(value, each));
    case 'excludes':
      return !elements(wanted as OvsdbValue).some((each) => has(value, each));
    default: {
      if (value === undefined || wanted === undefined) return false;
      const order = compareAtoms(value as OvsdbAtom, wanted as OvsdbAtom);
      if (test === '<') return order < 0;
      if (test === '<=') return order <= 0;
      return test === '>' ? order > 0 : order >= 0;
    }
  }
}

type Element = readonly [OvsdbAtom, OvsdbAtom | undefined];

function elements(value: OvsdbValue): Element[] {
  if (value === undefined) return [];
  if (value instanceof Map) return [...value];
  if (typeof value !== 'object') return [[value, undefined]];
  return [...(value as readonly OvsdbAtom[])].map((atom) => [atom, undefined]);
}

const has = (value: OvsdbValue, [key, mapped]: Element): boolean =>
  elements(value).some(([each, its]) => each === key && its === mapped);

const uuidColumn: Column = {
  name: '_uuid',
  kind: 'scalar',
  key: { type: 'uuid' },
  min: 1,
  max: 1,
  isEphemeral: false,
  isMutable: false,
};

function readValue(text: string, column: Column, whole: string): ValueInput {
  const isNone = text === '' || text === '[]' || text === '{}';
  const parts = text.replace(/^[[{](.*)[\]}]$/s, '$1').split(/\s*,\s*/);
  switch (column.kind) {
    case 'scalar':
      return readAtom(text, column.key.type, whole);
    case 'optional':
      return isNone ? undefined : readAtom(text, column.key.type, whole);
    case 'set':
      return isNone ? [] : parts.map((part) => readAtom(part, column.key.type, whole)).sort(compareAtoms);
    case 'map':
      return new Map(isNone ? [] : parts.map((part) => readPair(part, column, whole)));
    default:
      return column.kind satisfies never;
  }
}

function readPair(text: string, column: Column, whole: string): [OvsdbAtom, OvsdbAtom] {
  const cut = text.indexOf('=');
  if (cut < 0) throw new UsageError(`"${whole}": a map is written KEY=VALUE,KEY=VALUE`);
  return [
    readAtom(text.slice(0, cut), column.key.type, whole),
    readAtom(text.slice(cut + 1), column.value?.type ?? 'string', whole),
  ];
}

function readAtom(text: string, type: AtomType, whole: string): OvsdbAtom {
  const refuse = () => new UsageError(`"${whole}": "${text}" is no ${type}`);
  switch (type) {
    case 'string':
    case 'uuid':
      return text.replace(/^"(.*)"$/s, '$1');
    case 'boolean':
      if (text !== 'true' && text !== 'false') throw refuse();
      return text === 'true';
    case 'integer': {
      if (!/^-?\d+$/.test(text)) throw refuse();
      const exact = BigInt(text);
      return Number.isSafeInteger(Number(exact)) ? Number(exact) : exact;
    }
    case 'real': {
      const number = Number(text);
      if (text === '' || !Number.isFinite(number)) throw refuse();
      return number;
    }
    default:
      return type satisfies never;
  }
}
