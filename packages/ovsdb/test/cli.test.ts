import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { run } from '../src/cli/program.ts';
import { kindOf, op, type RowChange } from '../src/index.ts';
import { connectTo, namesOf, startLibrary } from './library.ts';

/** A terminal of which all that was written is kept. */
function openTerminal(input = '') {
  const stop = new AbortController();
  const written = { out: '', err: '' };
  const terminal = {
    out: (text: string) => {
      written.out += text;
    },
    err: (text: string) => {
      written.err += text;
    },
    readInput: async () => input,
    signal: stop.signal,
  };
  return { written, terminal, stop };
}

async function ovsdbTs(line: readonly string[], input = '') {
  const { written, terminal } = openTerminal(input);
  const exitCode = await run(line, terminal);
  return { ...written, exitCode };
}

async function untilTrue(isTrue: () => boolean) {
  while (!isTrue()) await sleep(5);
}

/** Two shelves: `a` with labels, `b` with numbers and an integer beyond 2^53. */
async function startFilled() {
  const server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  await client.transact([
    op.insert('Shelf', { name: 'a', labels: new Map([['owner', 'me']]), open: true }),
    op.insert('Shelf', { name: 'b', numbers: [1, 2], visits: 2n ** 60n }),
  ]);
  return server;
}

describe('ovsdb-ts', () => {
  it('lists the databases of a server', async () => {
    await using server = await startFilled();
    const { out, exitCode } = await ovsdbTs(['list-dbs', server.endpoint, '-o', 'json']);
    const rows = out
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line).row);
    assert.deepEqual(
      rows.map(({ name, model, connected }) => [name, model, connected]),
      [
        ['Library', 'standalone', true],
        ['_Server', 'standalone', true],
      ],
    );
    assert.equal(exitCode, 0);
  });

  it('shows a schema as people read it, and as the server has it', async () => {
    await using server = await startFilled();
    const { out } = await ovsdbTs(['get-schema', server.endpoint]);
    assert.match(out, /^Library [\d.]+\n/);
    assert.match(out, /^ {2}labels +map of string to string/m);
    const json = await ovsdbTs(['get-schema', server.endpoint, '-o', 'json']);
    assert.ok('labels' in JSON.parse(json.out).tables.Shelf.columns);
  });

  it('dumps chosen columns as a table', async () => {
    await using server = await startFilled();
    const { out } = await ovsdbTs(['dump', server.endpoint, 'Shelf:name,labels,numbers']);
    assert.equal(
      out,
      [
        'Shelf table',
        'name labels     numbers',
        '---- ---------- -------',
        'a    {owner=me} []',
        'b    {}         [1, 2]',
        '',
        '',
      ].join('\n'),
    );
  });

  it('dumps as JSON without rounding an integer', async () => {
    await using server = await startFilled();
    const { out } = await ovsdbTs(['dump', server.endpoint, 'Shelf:name,visits', '-o', 'json']);
    assert.deepEqual(
      out
        .trim()
        .split('\n')
        .map((line) => JSON.parse(line)),
      [
        { table: 'Shelf', row: { name: 'a', visits: 0 } },
        { table: 'Shelf', row: { name: 'b', visits: (2n ** 60n).toString() } },
      ],
    );
  });

  for (const [condition, found] of [
    ['name==a', ['a']],
    ['name != a', ['b']],
    ['labels:owner==me', ['a']],
    ['labels:owner!=me', ['b']],
    ['labels==owner=me', ['a']],
    ['labels=={}', ['b']],
    ['numbers includes 2', ['b']],
    ['numbers excludes 1,2', ['a']],
    ['visits>=1152921504606846976', ['b']],
    ['open==true', ['a']],
  ] as const) {
    it(`finds the same rows by "${condition}" in a dump and in a monitor`, async () => {
      await using server = await startFilled();
      const dumped = await ovsdbTs(['dump', server.endpoint, 'Shelf', '-o', 'json', '-w', condition]);
      assert.equal(dumped.err, '');
      assert.deepEqual(
        dumped.out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).row.name),
        found,
      );
      const { written, terminal, stop } = openTerminal();
      const running = run(['monitor', server.endpoint, 'Shelf', '-o', 'json', '-w', condition], terminal);
      await untilTrue(() => written.out !== '');
      stop.abort();
      assert.equal(await running, 0);
      assert.deepEqual(
        written.out
          .trim()
          .split('\n')
          .map((line) => JSON.parse(line).after.name),
        found,
      );
    });
  }

  it('shows what is there and then each change', async () => {
    await using server = await startFilled();
    await using client = await connectTo(server.endpoint);
    const { written, terminal, stop } = openTerminal();
    const running = run(['monitor', server.endpoint, 'Shelf:name,numbers'], terminal);
    await untilTrue(() => written.out.includes('initial'));
    await client.transact([
      op.update('Shelf', [['name', '==', 'a']], { numbers: [7] }),
      op.delete('Shelf', [['name', '==', 'b']]),
    ]);
    await untilTrue(() => written.out.includes('transaction'));
    stop.abort();
    assert.equal(await running, 0);
    assert.match(written.out, /insert Shelf \S+ name=a\n/);
    assert.match(written.out, /transaction\n( {2}.*\n)* {2}modify Shelf \S+ numbers: \[\] -> \[7\]\n/);
    assert.match(written.out, / {2}delete Shelf \S+ name=b numbers=\[1, 2\]\n/);
  });

  it('commits operations in the notation of RFC 7047, from the line and from standard input', async () => {
    await using server = await startFilled();
    const operations = [
      {
        op: 'insert',
        table: 'Shelf',
        'uuid-name': 'c',
        row: { name: 'c', numbers: ['set', [3]], labels: ['map', [['k', 'v']]] },
      },
      { op: 'mutate', table: 'Shelf', where: [['name', '==', 'a']], mutations: [['visits', '+=', 5]] },
      { op: 'select', table: 'Shelf', where: [['name', '==', 'c']], columns: ['numbers', 'labels'] },
    ];
    const { out, exitCode } = await ovsdbTs(['transact', server.endpoint, JSON.stringify(operations)]);
    assert.match(out, /^insert: [0-9a-f-]{36}\nmutate: 1 row\n\{"numbers":\[3\],"labels":\{"k":"v"\}\}\n$/);
    assert.equal(exitCode, 0);
    const piped = await ovsdbTs(
      ['transact', server.endpoint, '-'],
      '["Library",{"op":"delete","table":"Shelf","where":[]}]',
    );
    assert.equal(piped.out, 'delete: 3 rows\n');
    await using client = await connectTo(server.endpoint);
    assert.deepEqual(namesOf(client), []);
  });

  it('refuses a transaction that does not fit the schema, and writes nothing', async () => {
    await using server = await startFilled();
    const refused = async (operations: unknown) =>
      await ovsdbTs(['transact', server.endpoint, JSON.stringify(operations)]);
    assert.match((await refused({ op: 'insert', table: 'Shelfs', row: {} })).err, /no table "Shelfs"; it has .*Shelf/);
    assert.match(
      (await refused([{ op: 'insert', table: 'Shelf', row: { name: 7 } }])).err,
      /Shelf\.name must be a string/,
    );
    assert.match((await refused([{ op: 'upsert', table: 'Shelf' }])).err, /operation 0 \(upsert\) is unknown/);
    assert.match((await refused(['Other', { op: 'abort' }])).err, /is for Other/);
    await using client = await connectTo(server.endpoint);
    assert.deepEqual(namesOf(client), ['a', 'b']);
  });

  it('waits for a row, and for its absence', async () => {
    await using server = await startFilled();
    await using client = await connectTo(server.endpoint);
    const appears = ovsdbTs(['wait', server.endpoint, 'Shelf', '-w', 'name==late']);
    await client.transact([op.insert('Shelf', { name: 'late' })]);
    assert.equal((await appears).exitCode, 0);
    const goes = ovsdbTs(['wait', server.endpoint, 'Shelf', '-w', 'name==late', '--absent']);
    await client.transact([op.delete('Shelf', [['name', '==', 'late']])]);
    assert.equal((await goes).exitCode, 0);
    assert.equal((await ovsdbTs(['wait', server.endpoint])).exitCode, 0);
    const never = await ovsdbTs(['wait', server.endpoint, 'Shelf', '-w', 'name==never', '-t', '0.2']);
    assert.deepEqual(
      [never.exitCode, never.err],
      [1, 'ovsdb-ts: there is no row of Shelf with name==never yet, after 0.2 s (--timeout)\n'],
    );
    const always = await ovsdbTs(['wait', server.endpoint, 'Shelf', '--absent', '-t', '0.2']);
    assert.deepEqual(
      [always.exitCode, always.err],
      [1, 'ovsdb-ts: a row of Shelf is still there, after 0.2 s (--timeout)\n'],
    );
  });

  it('runs a program while it holds the lock, and ends it when the lock is stolen', async () => {
    await using server = await startFilled();
    const done = await ovsdbTs(['lock', server.endpoint, 'l', '--', process.execPath, '-e', 'process.exit(3)']);
    assert.equal(done.exitCode, 3);
    assert.equal(done.err, 'l: held\nl: given back\n');
    const { written, terminal } = openTerminal();
    const forEver = ['-e', 'setInterval(() => {}, 1000)'];
    const running = run(['lock', server.endpoint, 'l', '--', process.execPath, ...forEver], terminal);
    await untilTrue(() => written.err.includes('l: held'));
    await using thief = await connectTo(server.endpoint, { lock: 'l' });
    await thief.stealLock();
    assert.equal(await running, 1);
    assert.equal(written.err, 'l: held\nl: lost; the program was ended\n');
  });

  it('says that it waits for a lock, and gives up when its time is up', async () => {
    await using server = await startFilled();
    await using holder = await connectTo(server.endpoint, { lock: 'l' });
    const { err, exitCode } = await ovsdbTs(['lock', server.endpoint, 'l', '-t', '0.2']);
    assert.equal(
      err,
      'l: waiting, for somebody else holds it\n' +
        'ovsdb-ts: lock l is held by somebody else; it was not had within 0.2 s\n',
    );
    assert.equal(exitCode, 1);
    assert.equal(holder.lockState, 'held');
  });

  it('gives the lock back at Ctrl-C', async () => {
    await using server = await startFilled();
    const { written, terminal, stop } = openTerminal();
    const running = run(['lock', server.endpoint, 'l'], terminal);
    await untilTrue(() => written.err.includes('l: held'));
    stop.abort();
    assert.equal(await running, 0);
    assert.equal(written.err, 'l: held\nl: given back\n');
  });

  it('tells a change by the same name as the library', async () => {
    await using server = await startFilled();
    await using client = await connectTo(server.endpoint);
    const { written, terminal, stop } = openTerminal();
    const running = run(['monitor', server.endpoint, 'Shelf', '-o', 'json'], terminal);
    await untilTrue(() => written.out.includes('initial'));
    await using changes = client.changes();
    await client.transact([op.update('Shelf', [['name', '==', 'a']], { open: false })]);
    await untilTrue(() => written.out.includes('transaction'));
    stop.abort();
    await running;
    const { value } = await changes.next();
    assert.equal(JSON.parse(written.out.trim().split('\n').at(-1) ?? '').kind, kindOf(value?.changes[0] as RowChange));
  });

  it('ends with 2 for each wrong command line, and with 1 for what the database refuses', async () => {
    await using server = await startFilled();
    const codeOf = async (...[command, ...more]: string[]) =>
      (await ovsdbTs([command ?? '', server.endpoint, ...more])).exitCode;
    const insert = (row: object) => JSON.stringify({ op: 'insert', table: 'Shelf', row });
    assert.equal(await codeOf('dump', 'Shelve'), 2);
    assert.equal(await codeOf('dump', 'Shelf', '-w', 'name=a'), 2);
    assert.equal(await codeOf('dump', 'Shelf', '-w', 'books includes x'), 2);
    assert.equal(await codeOf('transact', 'insert'), 2);
    assert.equal(await codeOf('transact', insert({ nmae: 'a' })), 2);
    assert.equal(await codeOf('transact', insert({ name: 7 })), 2);
    assert.equal(await codeOf('transact', insert({ name: 'a' })), 1);
    assert.equal(await codeOf('dump', '-d', 'Libary'), 1);
  });

  it('says that operations are no JSON, and how they are written', async () => {
    await using server = await startFilled();
    const { err } = await ovsdbTs(['transact', server.endpoint, 'insert']);
    assert.match(err, /OPERATIONS is no JSON \(.*at byte 0.*\); write \[\{"op": "insert", "table": TABLE/);
  });

  it('names --timeout, and what was tried last, when no server was found in time', async () => {
    const { err, exitCode } = await ovsdbTs(['get-schema', 'unix:/nowhere/db.sock', '-d', 'Library', '-t', '0.2']);
    assert.match(err, /^ovsdb-ts: Library was not reached within 0\.2 s \(--timeout\): .*\/nowhere/);
    assert.equal(exitCode, 1);
  });

  it('takes an empty OVSDB_SERVER for none', async () => {
    const { written, terminal } = openTerminal();
    assert.equal(await run(['dump'], terminal, { OVSDB_SERVER: '' }), 2);
    assert.match(written.err, /name the server/);
  });

  for (const [line, message] of [
    [['dump', 'unix:/nowhere/db.sock'], /cannot connect to unix:\/nowhere\/db\.sock/],
    [['dump'], /name the server/],
    [['dmup', 'tcp:127.0.0.1:1'], /no command "dmup"; there are list-dbs/],
    [['dump', 'tcp:127.0.0.1:1', '--wehre', 'x'], /'--wehre'/],
    [['dump', 'tcp:127.0.0.1:1', '-o', 'xml'], /one of table, list, json/],
    [['wait', 'tcp:127.0.0.1:1', '-t', 'soon'], /seconds above 0/],
  ] as const) {
    it(`says what is wrong with "${line.join(' ')}"`, async () => {
      const { err, exitCode } = await ovsdbTs(line);
      assert.match(err, message);
      assert.notEqual(exitCode, 0);
    });
  }

  it('names the tables and columns that are there when one is not', async () => {
    await using server = await startFilled();
    assert.match((await ovsdbTs(['dump', server.endpoint, 'Shelve'])).err, /no table "Shelve"/);
    assert.match((await ovsdbTs(['dump', server.endpoint, 'Shelf:nmae'])).err, /no column Shelf\.nmae/);
    assert.match(
      (await ovsdbTs(['dump', server.endpoint, 'Shelf', '-w', 'nmae==a'])).err,
      /no column "nmae"; it has .*name/,
    );
    assert.match((await ovsdbTs(['dump', server.endpoint, 'Shelf', '-w', 'name=a'])).err, /is no condition/);
  });
});
