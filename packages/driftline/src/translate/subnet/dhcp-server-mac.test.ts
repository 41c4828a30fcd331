import assert from 'node:assert/strict';
import { it } from 'node:test';
import { buildContext } from '../testing/build.ts';
import { observing } from '../testing/read.ts';
import { madeMac, serverMac } from './dhcp-server-mac.ts';

const load = { count: () => 0, total: () => 0, add: () => {} };

it('is made of the configured base and of the subnet, always the same', () => {
  assert.match(madeMac('fa:16:3e:00:00:00', 'a'), /^fa:16:3e(:[0-9a-f]{2}){3}$/);
  assert.equal(madeMac('fa:16:3e:00:00:00', 'a'), madeMac('FA:16:3E:00:00:00', 'a'));
  assert.notEqual(madeMac('fa:16:3e:00:00:00', 'a'), madeMac('fa:16:3e:00:00:00', 'b'));
});

it('keeps a fourth octet of the base that is not zero', () => {
  assert.match(madeMac('fa:16:3e:4f:00:00', 'a'), /^fa:16:3e:4f(:[0-9a-f]{2}){2}$/);
});

it("follows the subnet's row, where a port's row lost its own", () => {
  const mac = 'fa:16:3e:00:00:07';
  const observed = observing({ DHCP_Options: { 'subnet:s': { options: new Map([['server_mac', mac]]) } } });
  assert.equal(serverMac(buildContext(), 's', 'server_mac').choose({}, observed, load), mac);
});
