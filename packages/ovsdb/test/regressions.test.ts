/**
 * What broke other OVSDB clients, one test each. The scripted peer sends what a real server sends only in rare
 * moments; where a real server can be brought to it, `reconnect.test.ts`, `cluster.test.ts` and `transact.test.ts` do.
 */
import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { test } from 'node:test';
import { setTimeout as delay } from 'node:timers/promises';
import { allRows, op, type RowFilter, type SyncedEvent, type UpdateBatch } from '../src/index.ts';
import { FaultProxy, noReply, type Script, type ScriptedConnection, ScriptedServer } from '../src/testing/index.ts';
import { changesOf, connectTo, contentOf, librarySchema, namesOf, next, startLibrary } from './library.ts';

// Shows W4, R1, R2, R5, R8, R9, R10, R13, S1, S2, S4, T4 of docs/spec/replica.md.

const schema = JSON.parse(readFileSync(librarySchema, 'utf8'));
const monitorId = 'monitor Library';
const uuid = (digit: number) => `00000000-0000-4000-8000-00000000000${digit}`;
const txn = (digit: number) => `10000000-0000-4000-8000-00000000000${digit}`;
const nil = '00000000-0000-0000-0000-000000000000';
const initial = (digit: number, cells: object) => ({ [uuid(digit)]: { initial: cells } });
const set = (...items: unknown[]) => ['set', items];

/** A server without `_Server`, that answers each monitor request by the function. */
function monitorScript(
  answer: (lastId: unknown, connection: ScriptedConnection) => unknown,
  others: Script = () => undefined,
): Script {
  return (method, params, connection) => {
    if (method === 'get_schema') {
      if (params[0] === '_Server') throw 'unknown database';
      return schema;
    }
    if (method === 'monitor_cond_since') return answer(params[3], connection);
    return others(method, params, connection);
  };
}

const sendUpdate = (connection: ScriptedConnection, id: string, updates: object) =>
  connection.send({ method: 'update3', params: [monitorId, id, updates], id: null });

test('the transaction id of the reply is kept, so that no difference is applied twice (py 0896dc19e, C 3a05c6370)', async () => {
  const asked: unknown[] = [];
  const answers = [
    // A server without history: everything, and the id of that state.
    [false, txn(1), { Shelf: initial(1, { name: 'a', numbers: set(1) }) }],
    // One with history: the difference since then, and nothing more.
    [true, txn(2), { Shelf: { [uuid(1)]: { modify: { numbers: set(2) } } } }],
    [true, txn(3), { Shelf: { [uuid(1)]: { modify: { numbers: set(3) } } } }],
    [false, txn(4), { Shelf: initial(1, { name: 'a', numbers: set(4) }) }],
    [true, txn(4), {}],
  ];
  await using server = await ScriptedServer.start(
    monitorScript((lastId) => {
      asked.push(lastId);
      return answers[asked.length - 1];
    }),
  );
  await using client = await connectTo(server.endpoint);
  const seen = [contentOf(client)];
  for (let index = 0; index < 4; index++) {
    const reconnected = next(client, 'reconnected');
    server.connections.at(-1)?.close();
    await reconnected;
    seen.push(contentOf(client));
  }
  assert.deepEqual(asked, [nil, txn(1), txn(2), txn(3), txn(4)]);
  assert.deepEqual(
    seen.map((rows) => (rows[0] as { numbers: unknown }).numbers),
    [[1], [1, 2], [1, 2, 3], [4], [4]],
  );
});

test('the transaction id of each update3 is kept too', async () => {
  const asked: unknown[] = [];
  await using server = await ScriptedServer.start(
    monitorScript((lastId) => {
      asked.push(lastId);
      return [asked.length > 1, txn(asked.length), {}];
    }),
  );
  await using client = await connectTo(server.endpoint);
  const updated = next(client, 'update');
  const [connection] = server.connections;
  assert.ok(connection);
  sendUpdate(connection, txn(7), { Shelf: { [uuid(1)]: { insert: { name: 'a' } } } });
  await updated;
  const reconnected = next(client, 'reconnected');
  connection.close();
  await reconnected;
  assert.deepEqual(asked, [nil, txn(7)]);
  assert.deepEqual(namesOf(client), ['a']);
});

const named = (name: string): RowFilter => ({ anyOf: [['name', '==', name]] });

/** What a client with conditions asked for, and the unanswered requests to change them, which the test answers. */
async function startConditionsServer() {
  const started: { readonly lastId: unknown; readonly where: unknown }[] = [];
  const held: (() => void)[] = [];
  const changed: unknown[] = [];
  let requestId = 0;
  const server = await ScriptedServer.start((method, params, connection) => {
    if (method === 'monitor_cond_change') {
      changed.push((params[2] as { Shelf: { where: unknown }[] }).Shelf[0]?.where);
      // Ids count from 1 on each connection, and every request has one.
      const before = server.requests.filter((request) => request.method !== 'echo').length;
      const id = before - requestId;
      held.push(() => connection.send({ id, result: {}, error: null }));
      return noReply;
    }
    return monitorScript((lastId) => {
      started.push({ lastId, where: (params[2] as { Shelf: { where: unknown }[] }).Shelf[0]?.where });
      return [lastId !== nil, txn(started.length), {}];
    })(method, params, connection);
  });
  const drop = () => {
    requestId = server.requests.filter((request) => request.method !== 'echo').length;
    server.connections.at(-1)?.close();
  };
  return { server, started, held, changed, drop };
}
const whereName = (name: string) => [['name', '==', name]];
/** Until the server has got what the client sends by itself. */
async function untilTrue(isTrue: () => boolean): Promise<void> {
  while (!isTrue()) await delay(1);
}

test('a link lost while a change of conditions is under way makes the next load everything, by the newest (c1691ccea, 5202710a7)', async () => {
  const { server, started, changed, drop } = await startConditionsServer();
  await using _server = server;
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a') } });
  const first = client.setConditions({ Shelf: named('b') });
  await untilTrue(() => changed.length === 1);
  const second = client.setConditions({ Shelf: named('c') });
  drop();
  await Promise.all([first, second]);
  assert.deepEqual(started, [
    { lastId: nil, where: whereName('a') },
    { lastId: nil, where: whereName('c') },
  ]);
  assert.deepEqual(changed, [whereName('b')], 'the newest went with the monitor request; nothing is left to change');
});

test('a client resumes by the conditions that were acknowledged, and only then asks for newer ones (718dc8fca, 407140d68)', async () => {
  const { server, started, held, changed, drop } = await startConditionsServer();
  await using _server = server;
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a') } });
  const disconnected = next(client, 'disconnected');
  drop();
  await disconnected;
  const followed = client.setConditions({ Shelf: named('b') });
  await untilTrue(() => changed.length === 1);
  held[0]?.();
  await followed;
  assert.deepEqual(started, [
    { lastId: nil, where: whereName('a') },
    { lastId: txn(1), where: whereName('a') },
  ]);
  assert.deepEqual(changed, [whereName('b')]);
});

test('who changes conditions while a change is under way waits for his own, not for the one before (a787fbbf9, 97dbef6de)', async () => {
  const { server, held, changed } = await startConditionsServer();
  await using _server = server;
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a') } });
  const settled: string[] = [];
  const change = (name: string, label = name) =>
    client.setConditions({ Shelf: named(name) }).then(() => settled.push(label));
  const first = change('b');
  const again = change('b', 'b again');
  const second = change('c');
  const third = change('d');
  await untilTrue(() => held.length === 1);
  held[0]?.();
  await Promise.all([first, again, untilTrue(() => held.length === 2)]);
  assert.deepEqual(settled, ['b', 'b again']);
  held[1]?.();
  await Promise.all([second, third]);
  assert.deepEqual(changed, [whereName('b'), whereName('d')]);
  await change('d', 'd again');
  assert.equal(changed.length, 2, 'what is so already need not be asked for');
});

test('a server that never answers a change of conditions is left, and the next brings it about', async () => {
  const { server, started, changed } = await startConditionsServer();
  await using _server = server;
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a') }, loadSilenceMs: 100 });
  await client.setConditions({ Shelf: named('b') });
  // On a busy machine more than one load may take so long that it is given up.
  assert.deepEqual(started.at(0), { lastId: nil, where: whereName('a') });
  assert.deepEqual(started.at(-1), { lastId: nil, where: whereName('b') });
  assert.deepEqual(changed, [whereName('b')]);
});

test('when the server refuses a change of conditions the former ones stand, and everything is loaded anew', async () => {
  const asked: unknown[] = [];
  await using server = await ScriptedServer.start((method, params, connection) => {
    if (method === 'monitor_cond_change') throw 'internal error';
    return monitorScript((lastId) => {
      asked.push([lastId, (params[2] as { Shelf: { where: unknown }[] }).Shelf[0]?.where]);
      return [false, txn(1), {}];
    })(method, params, connection);
  });
  await using client = await connectTo(server.endpoint, { conditions: { Shelf: named('a') } });
  const reconnected = next(client, 'reconnected');
  await assert.rejects(client.setConditions({ Shelf: named('b') }), {
    code: 'rpc-error',
    ovsdbError: 'internal error',
  });
  await reconnected;
  assert.deepEqual(asked, [
    [nil, whereName('a')],
    [nil, whereName('a')],
  ]);
});

test('a monitor that the server cancels is asked for anew, and the replica does not freeze (ac04dfa7e, ovn-kubernetes #718)', async () => {
  const asked: unknown[] = [];
  await using server = await ScriptedServer.start(
    monitorScript((lastId) => {
      asked.push(lastId);
      return [false, txn(asked.length), { Shelf: initial(1, { name: `a${asked.length}` }) }];
    }),
  );
  await using client = await connectTo(server.endpoint);
  let disconnects = 0;
  client.on('disconnected', () => disconnects++);
  const [connection] = server.connections;
  assert.ok(connection);
  connection.send({ method: 'monitor_canceled', params: ['another monitor'], id: null });
  await client.sync();
  assert.deepEqual(asked, [nil]);
  const reconnected = next(client, 'reconnected');
  connection.send({ method: 'monitor_canceled', params: [monitorId], id: null });
  await reconnected;
  assert.deepEqual(asked, [nil, nil], 'the schema may be another: nothing to resume from');
  const updated = next(client, 'update', () => namesOf(client).join() === 'b');
  sendUpdate(connection, txn(9), { Shelf: { [uuid(1)]: { modify: { name: 'b' } } } });
  await updated;
  assert.equal(disconnects, 0);
});

test('an update that does not fit is never applied in part, and everything is loaded anew (9ed69557e, ae25f8c8f)', async () => {
  const misfits = [
    { [uuid(2)]: { insert: { name: 'b' } }, [uuid(9)]: { modify: { name: 'x' } } },
    { [uuid(2)]: { insert: { name: 'b' } }, [uuid(9)]: { delete: null } },
    { [uuid(2)]: { insert: { name: 'b' } }, [uuid(1)]: { insert: { name: 'x' } } },
  ];
  const asked: unknown[] = [];
  await using server = await ScriptedServer.start(
    monitorScript((lastId) => {
      asked.push(lastId);
      return [false, txn(1), { Shelf: initial(1, { name: `a${asked.length}` }) }];
    }),
  );
  await using client = await connectTo(server.endpoint);
  const batches: UpdateBatch[] = [];
  client.on('update', (batch) => batches.push(batch));
  for (const misfit of misfits) {
    const disconnected = next(client, 'disconnected') as Promise<{ reason: Error }>;
    const reconnected = next(client, 'reconnected');
    const [connection] = server.connections.slice(-1);
    assert.ok(connection);
    sendUpdate(connection, txn(2), { Shelf: misfit });
    assert.match((await disconnected).reason.message, /inconsistent update of Shelf/);
    await reconnected;
  }
  assert.deepEqual(asked, [nil, nil, nil, nil], 'resuming from a state that is in doubt would keep the doubt');
  assert.deepEqual(namesOf(client), ['a4']);
  assert.deepEqual(
    batches.map((batch) => batch.cause),
    ['resync', 'resync', 'resync'],
  );
});

test('no transaction is sent before the replica is complete (34fbdc410, f50714bf9, ovn-kubernetes #6045)', async () => {
  let monitors = 0;
  await using server = await ScriptedServer.start(
    monitorScript(() => (++monitors > 1 ? noReply : [false, txn(1), {}])),
  );
  await using client = await connectTo(server.endpoint);
  const loading = next(client, 'state', (state) => (state as { kind: string }).kind === 'loading');
  server.connections[0]?.close();
  await loading;
  await assert.rejects(client.transact([op.comment('x')]), { code: 'not-connected', message: /nothing was sent/ });
  assert.equal(
    server.requests.some(({ method }) => method === 'transact'),
    false,
  );
});

test('a reload replaces the whole replica at once: nobody sees it empty or in part (kube-ovn #7519)', async () => {
  let reply: ((rows: object) => void) | undefined;
  await using server = await ScriptedServer.start((method, params, connection) => {
    const answer = monitorScript(() => [
      false,
      txn(1),
      { Shelf: { ...initial(1, { name: 'old1' }), ...initial(2, { name: 'old2' }) } },
    ]);
    if (method !== 'monitor_cond_since' || connection.index === 0) return answer(method, params, connection);
    reply = (rows) => {
      const id = server.requests.filter((request) => request.method !== 'echo').length - first;
      const text = JSON.stringify({ id, error: null, result: [false, txn(2), rows] });
      connection.sendBytes(text.slice(0, text.length / 2));
      setTimeout(() => connection.sendBytes(text.slice(text.length / 2)), 30);
    };
    return noReply;
  });
  await using client = await connectTo(server.endpoint);
  const first = server.requests.length;
  const seen = new Set<string>();
  const look = () => seen.add(namesOf(client).join());
  for (const event of ['state', 'synced', 'update', 'disconnected', 'reconnected'] as const) client.on(event, look);
  const loading = next(client, 'state', (state) => (state as { kind: string }).kind === 'loading');
  server.connections[0]?.close();
  await loading;
  while (reply === undefined) await delay(1);
  const updated = next(client, 'update') as Promise<UpdateBatch>;
  reply({ Shelf: { ...initial(2, { name: 'old2' }), ...initial(3, { name: 'new3' }) } });
  const polled = setInterval(look, 1);
  const batch = await updated;
  clearInterval(polled);
  assert.deepEqual([...seen], ['old1,old2', 'new3,old2']);
  assert.deepEqual(changesOf(batch), [
    ['Shelf', 'old1', undefined],
    ['Shelf', undefined, 'new3'],
  ]);
});

test('a server that never sends the initial dump is left after a silence (kube-ovn #7467)', async () => {
  await using server = await ScriptedServer.start(
    monitorScript((_lastId, { index }) => (index === 0 ? noReply : [false, txn(1), {}])),
  );
  await using client = await connectTo(server.endpoint, { loadSilenceMs: 50 });
  assert.equal(client.state.kind, 'synced');
  assert.ok(server.connections.length > 1);
});

test('a probe and a transaction under way do not block each other (libovsdb #391)', async () => {
  await using server = await startLibrary();
  let probes = 0;
  const fromClient = (chunk: Buffer) => {
    if (chunk.includes('"probe"')) probes++;
    return [chunk];
  };
  await using proxy = await FaultProxy.start({ target: server.endpoint, fromClient });
  await using client = await connectTo(proxy.endpoint, { probeIntervalMs: 1000 });
  const never = op.wait('Shelf', [['name', '==', 'x']], ['name'], [{ name: 'x' }], { timeoutMs: 60_000 });
  const waiting = client.transact([never]);
  await untilTrue(() => probes > 0);
  await client.transact([op.insert('Shelf', { name: 'x' })]);
  await waiting;
  assert.equal(client.state.kind, 'synced');
});

test('what an abandoned connection still sends does not reach the replica (libovsdb #269)', async () => {
  await using server = await ScriptedServer.start(
    monitorScript((_lastId, { index }) =>
      index === 0 ? noReply : [false, txn(1), { Shelf: initial(1, { name: 'a' }) }],
    ),
  );
  await using client = await connectTo(server.endpoint, { loadSilenceMs: 50 });
  const [abandoned] = server.connections;
  assert.ok(abandoned);
  sendUpdate(abandoned, txn(9), { Shelf: { [uuid(2)]: { insert: { name: 'ghost' } } } });
  await client.sync();
  assert.deepEqual(namesOf(client), ['a']);
});

test('an update that follows the reply in the same bytes comes after it, and is told after "synced" (edecb7404)', async () => {
  const told: string[] = [];
  await using server = await ScriptedServer.start((method, params, connection) => {
    if (method !== 'monitor_cond_since') return monitorScript(() => undefined)(method, params, connection);
    const id = server.requests.filter((request) => request.method !== 'echo').length;
    const reply = { id, error: null, result: [false, txn(1), { Shelf: initial(1, { name: 'a' }) }] };
    const update = {
      method: 'update3',
      id: null,
      params: [monitorId, txn(2), { Shelf: { [uuid(1)]: { modify: { name: 'b' } } } }],
    };
    connection.sendBytes(JSON.stringify(reply) + JSON.stringify(update));
    return noReply;
  });
  await using client = await connectTo(server.endpoint, {
    on: {
      synced: ({ kind }: SyncedEvent) => told.push(kind),
      update: (batch) => told.push(JSON.stringify(changesOf(batch))),
    },
  });
  assert.deepEqual(told, ['initial', '[["Shelf","a","b"]]']);
  assert.deepEqual(namesOf(client), ['b']);
});

test('listeners see a transaction whole, and one that throws harms nobody (64b8c1d9a, neutron 67e616b238)', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint, { indexes: { Shelf: { byName: 'name' } } });
  const seen: unknown[] = [];
  const thrown: unknown[] = [];
  client.on('listenerError', ({ event, error }) => thrown.push([event, (error as Error).message]));
  client.on('update', () => {
    throw new Error('a careless listener');
  });
  client.on('update', () => {
    const shelves = client.replica.table('Shelf');
    seen.push([shelves.rows.size, client.replica.table('Book').rows.size, shelves.index('byName').find('b').length]);
  });
  await client.transact([
    op.insert('Shelf', { name: 'a', books: [{ ref: 'x' }] }),
    op.insert('Book', { title: 'x' }, { namedUuid: 'x' }),
    op.insert('Shelf', { name: 'b' }),
  ]);
  await client.transact([op.delete('Shelf', [['name', '==', 'b']])]);
  assert.deepEqual(seen, [
    [2, 1, 1],
    [1, 1, 0],
  ]);
  assert.deepEqual(thrown, [
    ['update', 'a careless listener'],
    ['update', 'a careless listener'],
  ]);
});

test('a deleted row is gone by uuid, from the rows and from every index (5be77f1ec, fad8c8f7f, a53d67bf9)', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint, { indexes: { Book: { byTitle: 'title' } } });
  const [, book] = await client.transact([
    op.insert('Shelf', { name: 'a', books: [{ ref: 'x' }] }),
    op.insert('Book', { title: 'Emma' }, { namedUuid: 'x' }),
  ]);
  const books = client.replica.table('Book');
  await client.transact([op.update('Book', book?.uuid ?? '', { title: 'Persuasion' })]);
  assert.deepEqual(
    [books.index('byTitle').find('Emma').length, books.index('byTitle').find('Persuasion').length],
    [0, 1],
  );
  // The book is not in the root set: it goes with the last shelf that holds it.
  await client.transact([op.delete('Shelf', [['name', '==', 'a']])]);
  assert.deepEqual(
    [books.get(book?.uuid ?? ''), books.rows.size, books.index('byTitle').find('Persuasion').length],
    [undefined, 0, 0],
  );
});

test('what is inserted and deleted by one transaction is never seen (02f31a126)', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  const batches: UpdateBatch[] = [];
  client.on('update', (batch) => batches.push(batch));
  const where = [['name', '==', 'brief']] as const;
  await client.transact([
    op.insert('Shelf', { name: 'brief' }),
    op.delete('Shelf', where),
    op.insert('Shelf', { name: 'a' }),
  ]);
  assert.deepEqual(batches.map(changesOf), [[['Shelf', undefined, 'a']]]);
});

test('a row may be inserted without naming any column (5ee2a3892)', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  const [inserted] = await client.transact([op.insert('Rule', {})]);
  assert.equal(client.replica.table('Rule').get(inserted?.uuid ?? '')?.text, '');
});

test('whoever was beaten begins anew from what beat him, until all have succeeded (ovsdbapp c3bacb3, LP#1988457)', async () => {
  await using server = await startLibrary();
  await using first = await connectTo(server.endpoint);
  await using second = await connectTo(server.endpoint);
  await first.transact([op.insert('Shelf', { name: 'a' })]);
  await second.sync();
  let builds = 0;
  const visit = (client: typeof first) =>
    client.commit((replica) => {
      builds++;
      const [shelf] = replica.table('Shelf').rows.values();
      assert.ok(shelf);
      const visits = Number(shelf.visits) + 1;
      return [
        op.wait('Shelf', shelf._uuid, ['visits'], [{ visits: shelf.visits }]),
        op.update('Shelf', shelf._uuid, { visits }),
      ];
    });
  await Promise.all([first, second].flatMap((client) => Array.from({ length: 10 }, () => visit(client))));
  await first.sync();
  assert.equal(first.replica.table('Shelf').rows.values().next().value?.visits, 20);
  assert.ok(builds > 20, 'some were beaten');
});

test('a transaction to be tried again waits for the database to change, and does not spin', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  await using other = await connectTo(server.endpoint);
  let builds = 0;
  const committed = client.commit(() => {
    builds++;
    return [op.wait('Rule', allRows, ['text'], [{ text: 'open' }]), op.insert('Shelf', { name: 'a' })];
  });
  for (let index = 0; index < 20; index++) await client.sync();
  assert.equal(builds, 1);
  await other.transact([op.insert('Rule', { text: 'open' })]);
  await committed;
  assert.equal(builds, 2);
  assert.deepEqual(await client.commit(() => []), [], 'nothing to do is nothing sent');
  const never = () => [op.wait('Rule', allRows, ['text'], [{ text: 'shut' }])];
  await assert.rejects(client.commit(never, { timeoutMs: 20 }), { code: 'timeout' });
  await assert.rejects(client.commit(never, { signal: AbortSignal.timeout(20) }), { code: 'aborted' });
  const broken = () => [op.insert('Shelf', { name: 'a' })];
  await assert.rejects(client.commit(broken), { code: 'constraint-violation' });
});

test('connections that have ended leave nothing open, on either side (ovsdbapp ce46cc4)', async () => {
  await using server = await startLibrary();
  await using proxy = await FaultProxy.start({ target: server.endpoint });
  await using client = await connectTo(proxy.endpoint);
  const openFiles = () => readdirSync('/proc/self/fd').length;
  const before = openFiles();
  for (let index = 0; index < 10; index++) {
    const reconnected = next(client, 'reconnected');
    proxy.cut();
    await reconnected;
  }
  while (!/sessions:1\b/.test(await server.appctl('memory/show'))) await delay(5);
  await untilTrue(() => openFiles() <= before);
});

test('undefined in a row is refused loudly, save for an optional column (libovsdb #471)', async () => {
  await using server = await startLibrary();
  await using client = await connectTo(server.endpoint);
  const attempt = client.transact([op.insert('Shelf', { name: undefined })]);
  await assert.rejects(attempt, {
    code: 'bad-value',
    operationIndex: 0,
    message: /Shelf\.name must be one string, not undefined/,
  });
  await client.transact([op.insert('Shelf', { name: 'a', width: undefined })]);
  assert.deepEqual(namesOf(client), ['a']);
});

test('malformed bytes end the connection, not the client', async () => {
  const nonsense = ['nonsense', '{"a":1', '{"id":null,"method":"update3","params":{}}', '\u0000', '{"a":1,"a":2}'];
  await using server = await ScriptedServer.start(
    monitorScript(() => [false, txn(1), { Shelf: initial(1, { name: 'a' }) }]),
  );
  await using client = await connectTo(server.endpoint);
  for (const bytes of nonsense) {
    const reconnected = next(client, 'reconnected');
    server.connections.at(-1)?.sendBytes(bytes);
    if (bytes === '{"a":1') server.connections.at(-1)?.close();
    await reconnected;
  }
  assert.deepEqual(namesOf(client), ['a']);
});
