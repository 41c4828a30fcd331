import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { boolean, dict, float, hostAddress, integer, list, type OptionType, string } from './option-types.ts';

function accepts<T>(type: OptionType<T>, text: string, value: T): void {
  assert.deepEqual(type.parse(text), { ok: true, value }, JSON.stringify(text));
}

function refuses(type: OptionType<unknown>, text: string, problem: RegExp): void {
  const parsed = type.parse(text);
  assert.ok(!parsed.ok, `${JSON.stringify(text)} was accepted`);
  assert.match(`${parsed.problem}; ${parsed.remedy}`, problem);
}

test('the words of a boolean are eight, in any case, with no blank around them', () => {
  for (const word of ['true', '1', 'on', 'yes', 'TRUE', 'Yes']) accepts(boolean(), word, true);
  for (const word of ['false', '0', 'off', 'no', 'False', 'OFF']) accepts(boolean(), word, false);
  for (const word of ['', 't', 'y', '2', ' true', 'enabled']) refuses(boolean(), word, /write true or false/);
});

test('an integer may have a sign, underscores and blanks around it', () => {
  accepts(integer(), ' +1_000 ', 1000);
  accepts(integer(), '-5', -5);
  accepts(integer(), '-0', 0);
  for (const text of ['', '1.0', '1e3', '0x10', '1__0', '_1', '1_', 'ten']) refuses(integer(), text, /whole number/);
});

test('a number outside its limits is refused with the limit', () => {
  accepts(integer({ min: 1, max: 255 }), '255', 255);
  refuses(integer({ min: 1 }), '0', /too small; give a whole number of at least 1/);
  refuses(integer({ max: 255 }), '256', /too large; give a whole number of at most 255/);
  refuses(integer(), '9'.repeat(20), /more digits/);
});

test('a float has no word for infinity', () => {
  accepts(float(), '.5', 0.5);
  accepts(float(), '1e-2', 0.01);
  accepts(float(), '3.', 3);
  for (const text of ['inf', 'nan', '', '.', '0,5']) refuses(float(), text, /is not a number/);
  refuses(float(), '1e999', /more digits/);
});

test('a list drops commas at its end and keeps empty items between commas', () => {
  accepts(list(string()), '', []);
  accepts(list(string()), ' , ', []);
  accepts(list(string()), 'a, b ,c,,', ['a', 'b', 'c']);
  accepts(list(string()), 'a,,b', ['a', '', 'b']);
  accepts(list(string()), 'a,\nb', ['a', 'b']);
});

test('an item that its type refuses grows by the next until it is accepted', () => {
  const remotes = list(string({ pattern: /^(tcp|unix):.+/, meaning: 'a remote' }));
  accepts(remotes, 'tcp:a:1,unix:/b', ['tcp:a:1', 'unix:/b']);
  accepts(list(string({ pattern: /^<.*>$/, meaning: 'in <>' })), '<a,b>,<c>', ['<a,b>', '<c>']);
  refuses(remotes, 'udp:a', /is not a remote; give a remote/);
  refuses(remotes, 'tcp:a:1,b', /is not a remote/);
});

test('a dict cuts at the first colon of a pair', () => {
  accepts(dict(), '', new Map());
  accepts(
    dict(),
    'a:1, b : x:y,c:',
    new Map([
      ['a', '1'],
      ['b', 'x:y'],
      ['c', ''],
    ]),
  );
  accepts(
    dict(),
    'ntp_server:1.2.3.4,wpad:1.2.3.5;1.2.3.6',
    new Map([
      ['ntp_server', '1.2.3.4'],
      ['wpad', '1.2.3.5;1.2.3.6'],
    ]),
  );
});

test('a dict part without a colon is the start of the next key', () => {
  accepts(dict(), 'a,b:1', new Map([['a,b', '1']]));
  refuses(dict(), 'a:1,b', /key:value/);
});

test('a dict with a repeated or empty key is refused', () => {
  refuses(dict(), 'a:1,a:2', /names "a" twice/);
  refuses(dict(), ':1', /without a key/);
});

test('a dict may hold a key that is special in JavaScript', () => {
  accepts(dict(), '__proto__:1', new Map([['__proto__', '1']]));
});

test('choices are told in the refusal, the empty one too', () => {
  accepts(string({ choices: ['rarp', ''] }), '', '');
  refuses(string({ choices: ['rarp', ''] }), 'RARP', /choose one of rarp, nothing at all/);
});

test('a host address is an address or a host name', () => {
  for (const text of ['10.0.0.1', 'fe80::1', 'a', 'node-1.example.org', '1.2.3.x']) accepts(hostAddress(), text, text);
  accepts(hostAddress(), 'node.', 'node');
  for (const text of ['', '10.0.0.300', '-a', 'a-', 'a_b', 'a..b', 'a b', 'x'.repeat(64), '[::1]']) {
    refuses(hostAddress(), text, /no host name/);
  }
});

test('what a list of plain words is joined from, it is cut into', () => {
  const word = fc.stringMatching(/^[a-z0-9._:-]{1,10}$/);
  fc.assert(fc.property(fc.array(word), (words) => accepts(list(string()), words.join(' , '), words)));
});

test('no text makes a type throw', () => {
  const types = [boolean(), integer(), float(), list(string()), dict(), hostAddress()];
  fc.assert(
    fc.property(fc.string(), fc.constantFrom(...types), (text, type) => {
      const parsed = type.parse(text);
      assert.ok(parsed.ok || parsed.problem !== '');
    }),
  );
});
