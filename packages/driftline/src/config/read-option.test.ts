// biome-ignore-all lint/suspicious/noTemplateCurlyInString: the references of oslo.config look like JavaScript's.
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ConfigError } from './config-error.ts';
import { multi, option } from './option.ts';
import { boolean, integer, list, string } from './option-types.ts';
import { NEUTRON_OPTIONS } from './options.ts';
import { findWritten, readOption } from './read-option.ts';
import { sourcesOf } from './testing/sources-of.ts';

const color = option('paint', 'color', string(), 'red');
const layers = option('paint', 'layers', integer({ min: 1 }), 2);

function refusal(action: () => unknown): ConfigError {
  try {
    action();
  } catch (error) {
    assert.ok(error instanceof ConfigError);
    return error;
  }
  assert.fail('nothing was thrown');
}

test('an option that nobody sets has its default', () => {
  assert.equal(readOption(sourcesOf(''), color), 'red');
});

test('the last line of the last file that sets an option decides', () => {
  assert.equal(readOption(sourcesOf('[paint]\ncolor = a\ncolor = b'), color), 'b');
  assert.equal(readOption(sourcesOf(['[paint]\ncolor = a', '[paint]\ncolor = b', '[paint]\nlayers = 1']), color), 'b');
});

test('the command line beats the environment, which beats the files', () => {
  const environment = { OS_PAINT__COLOR: 'env' };
  const overrides = [{ group: 'paint', name: 'color', value: 'cli', flag: '--paint-color' }];
  assert.equal(readOption(sourcesOf('[paint]\ncolor = file', { environment }), color), 'env');
  assert.equal(readOption(sourcesOf('[paint]\ncolor = file', { environment, overrides }), color), 'cli');
});

test('the case of a group does not count in files, but for DEFAULT', () => {
  const debug = option('DEFAULT', 'debug', boolean(), false);
  assert.equal(readOption(sourcesOf('[PAINT]\ncolor = a\n[paint]\ncolor = b\n[Paint]\ncolor = c'), color), 'c');
  assert.equal(readOption(sourcesOf('[default]\ndebug = yes'), debug), false);
  assert.equal(readOption(sourcesOf('[DEFAULT]\ndebug = yes'), debug), true);
});

test('in files a name counts only as Neutron registers it', () => {
  assert.equal(readOption(sourcesOf('[paint]\nColor = a\n[ paint]\ncolor = b'), color), 'red');
  assert.equal(
    readOption(sourcesOf('[ovn]\novn-metadata-enabled = true'), NEUTRON_OPTIONS.ovn.ovnMetadataEnabled),
    false,
  );
});

test('a bad value tells file, line, option, value and remedy', () => {
  const error = refusal(() => readOption(sourcesOf('[paint]\n\nlayers = none'), layers));
  assert.equal(error.code, 'bad-value');
  assert.equal(
    error.message,
    '/etc/1.conf:3: [paint] layers = "none" is not a whole number; give a whole number, or remove the line for the default',
  );
});

test('a bad value of the environment or the command line tells where it stands', () => {
  const sources = sourcesOf('', { environment: { OS_PAINT__LAYERS: '0' } });
  assert.match(refusal(() => readOption(sources, layers)).message, /^environment variable OS_PAINT__LAYERS: /);
  const overrides = [{ group: 'paint', name: 'layers', value: 'x', flag: '--paint-layers' }];
  assert.match(refusal(() => readOption(sourcesOf('', { overrides }), layers)).message, /^--paint-layers: /);
});

test('a bad secret is not told', () => {
  const secret = option('paint', 'url', string({ choices: ['none'] }), undefined, { secret: true });
  const error = refusal(() => readOption(sourcesOf('[paint]\nurl = mysql://me:swordfish@h/db'), secret));
  assert.doesNotMatch(error.message, /swordfish/);
  assert.match(error.message, /mysql:\/\/me:\*\*\*@h/);
});

test('an older name counts, and in a later file beats the newer name', () => {
  const renamed = option('paint', 'color', string(), 'red', {
    deprecated: [{ group: 'DEFAULT', name: 'hue', since: 'zed' }],
  });
  assert.equal(readOption(sourcesOf('[DEFAULT]\nhue = a'), renamed), 'a');
  assert.equal(readOption(sourcesOf('[DEFAULT]\nhue = a\n[paint]\ncolor = b'), renamed), 'b');
  assert.equal(readOption(sourcesOf(['[paint]\ncolor = b', '[DEFAULT]\nhue = a']), renamed), 'a');
});

test('before the release that renamed an option only the older name is read', () => {
  const subject = NEUTRON_OPTIONS.projectNetworkTypes;
  const both = sourcesOf('[ml2]\ntenant_network_types = geneve\nproject_network_types = vlan');
  assert.deepEqual(readOption(both, subject, '2025.2'), ['geneve']);
  assert.deepEqual(readOption(both, subject, '2026.1'), ['vlan']);
  assert.deepEqual(readOption(sourcesOf('[ml2]\ntenant_network_types = geneve'), subject, '2026.1'), ['geneve']);
  const environment = { OS_ML2__TENANT_NETWORK_TYPES: 'flat' };
  assert.deepEqual(readOption(sourcesOf('', { environment }), subject, '2025.2'), ['flat']);
  assert.deepEqual(readOption(sourcesOf('', { environment }), subject, '2026.1'), ['local']);
});

test('an option outside its life has its nearest default, and a bad value there is nobody’s trouble', () => {
  const snat = NEUTRON_OPTIONS.ovn.ovnRouterIndirectSnat;
  assert.equal(readOption(sourcesOf('[ovn]\novn_router_indirect_snat = true'), snat, '2023.2'), false);
  assert.equal(readOption(sourcesOf('[ovn]\novn_router_indirect_snat = true'), snat, '2024.1'), true);
  const frag = NEUTRON_OPTIONS.ovn.ovnEmitNeedToFrag;
  assert.equal(readOption(sourcesOf('[ovn]\novn_emit_need_to_frag = maybe'), frag, '2026.1'), true);
});

test('every value of a multi option counts, in the order of the files', () => {
  const coats = multi(color);
  assert.deepEqual(readOption(sourcesOf(''), coats), []);
  assert.deepEqual(readOption(sourcesOf(['[paint]\ncolor = a\ncolor = b', '[paint]\ncolor = c']), coats), [
    'a',
    'b',
    'c',
  ]);
});

test('a reference is looked for in its own group, then in DEFAULT, then where it says', () => {
  const sources = sourcesOf(`[DEFAULT]
host = h1
zone = z
[paint]
color = $host-\${zone} \${ovn.ovn_l3_scheduler} $other
other = o$$o
`);
  assert.equal(readOption(sources, color), 'h1-z leastloaded o$o');
});

test('a dollar sign that starts no name stands for itself; $$ and \\$ are one', () => {
  assert.equal(readOption(sourcesOf('[paint]\ncolor = $ $5 ${} ${a-b} $$x \\$y'), color), '$ $5 ${} ${a-b} $x $y');
});

test('what was put in for a reference is not looked through again', () => {
  const sources = sourcesOf('[DEFAULT]\na = $$host\n[paint]\ncolor = $a');
  assert.equal(readOption(sources, color), '$host');
});

test('a value reads in a reference as Python writes it', () => {
  const sources = sourcesOf(
    '[ovn]\novn_metadata_enabled = yes\n[paint]\ncolor = ${ovn.ovn_metadata_enabled} ${ovn.dns_servers}',
  );
  assert.equal(readOption(sources, color), 'True []');
});

test('a reference to nothing is refused, as Neutron refuses it', () => {
  for (const text of ['$nothing', '${DEFAULT.host}', '${ovs.igmp_flood}', '$host.example.org', '$HOST']) {
    const error = refusal(() => readOption(sourcesOf(`[paint]\ncolor = ${text}`), color));
    assert.equal(error.code, 'bad-reference', text);
    assert.match(error.message, /^\/etc\/1\.conf:2: \[paint\] color refers to /);
  }
});

test('references that come back to themselves are refused', () => {
  assert.match(refusal(() => readOption(sourcesOf('[paint]\ncolor = $color'), color)).message, /comes back to itself/);
  const ring = sourcesOf('[DEFAULT]\ndns_domain = $base_mac\nbase_mac = $dns_domain');
  assert.match(refusal(() => readOption(ring, NEUTRON_OPTIONS.dnsDomain)).message, /comes back to itself/);
  const unknownRing = sourcesOf('[DEFAULT]\na = $b\nb = $a\n[paint]\ncolor = $a');
  assert.match(refusal(() => readOption(unknownRing, color)).message, /comes back to itself/);
});

test('an item of a list may be a reference', () => {
  const sources = sourcesOf('[DEFAULT]\nresolver = 10.0.0.2\n[paint]\ncolors = a,$resolver');
  assert.deepEqual(readOption(sources, option('paint', 'colors', list(string()), [])), ['a', '10.0.0.2']);
});

test('the places of a value are those of the strongest source', () => {
  const sources = sourcesOf('[paint]\ncolor = a', { environment: { OS_PAINT__COLOR: 'b' } });
  assert.deepEqual(findWritten(sources, color), [
    { text: 'b', place: { kind: 'environment', variable: 'OS_PAINT__COLOR' } },
  ]);
});
