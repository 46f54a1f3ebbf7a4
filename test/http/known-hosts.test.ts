import assert from 'node:assert/strict';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it } from 'node:test';
import { authorityOf, countHosts, hostOf } from '../../src/http/host-header.ts';
import { KnownHosts } from '../../src/http/known-hosts.ts';
import { ownNames } from '../../src/http/own-names.ts';
import { temporaryFolder } from '../support/temporary-folder.ts';

const MEANS: Record<string, string | undefined> = {
  'pi.local': 'pi.local',
  'Pi.Local:5000': 'pi.local',
  'pi.local.': 'pi.local',
  'pi.local:': 'pi.local',
  '192.168.1.7:5000': '192.168.1.7',
  '[::1]:5000': '::1',
  '[FE80::1%25eth0]': 'fe80::1',
  '::1': undefined,
  '[pi.local]': undefined,
  '[::1': undefined,
  '': undefined,
  '.': undefined,
  'pi..local': undefined,
  'user@pi.local': undefined,
  'pi.local, evil.example': undefined,
  'pi.local evil.example': undefined,
  'pi.local:5000:5000': undefined,
  'pi.local/evil': undefined,
};

for (const [header, host] of Object.entries(MEANS)) {
  it(`"${header}" means ${host ?? 'nobody'}`, () => assert.equal(hostOf(header), host));
}

it('the target of a request has a host of its own only in absolute form', () => {
  assert.equal(authorityOf('http://evil.example:80/api/status?x=http://pi'), 'evil.example:80');
  assert.equal(authorityOf('HTTPS://evil.example'), 'evil.example');
  assert.equal(authorityOf('*'), undefined);
});

it('every Host header is counted, however it is written', () => {
  assert.equal(countHosts(['Accept', 'host', 'Host', 'a', 'HOST', 'b']), 2);
});

it('addresses, localhost, own and configured names are known, and nobody else', () => {
  const known = new KnownHosts(['Edge.Example.org'], () => ['pi', 'pi.local', 'pi.fritz.box']);
  for (const host of ['127.0.0.1', '[::1]:80', '203.0.113.9:5000', 'localhost', 'LOCALHOST:5000', 'edge.example.ORG'])
    assert.equal(known.knows(host), true, host);
  for (const host of ['pi', 'pi.local:5000', 'pi.fritz.box', 'pi-2.local']) assert.equal(known.knows(host), true, host);
  for (const host of [
    ...['evil.example', 'pi.local.evil.example', 'xpi.local', 'example.org', 'pi-2', 'pi-x.local', '127.0.0.1.nip.io'],
    ...['localhost.evil.example', 'evil-localhost', '0x7f000001', '127.1'],
  ])
    assert.equal(known.knows(host), false, host);
  assert.equal(known.knows('a b'), undefined);
});

it('a machine that is renamed is known by its new name at once', () => {
  let name = 'pi';
  const known = new KnownHosts([], () => ownNames('/nowhere', name));
  assert.equal(known.knows('greenhouse.local'), false);
  name = 'greenhouse';
  assert.equal(known.knows('greenhouse.local'), true);
});

it('made-up addresses do not fill the memory, and names stay refused after them', () => {
  const known = new KnownHosts([], () => []);
  for (let at = 0; at < 1000; at++) assert.equal(known.knows(`10.0.${at >> 8}.${at & 255}`), true);
  assert.equal(known.knows('evil.example'), false);
  assert.equal(known.knows('evil.example'), false);
});

it("a machine's own names are its short and its full one, with .local and with the domains of its network", (t) => {
  const root = temporaryFolder(t);
  mkdirSync(join(root, 'etc'));
  writeFileSync(join(root, 'etc/resolv.conf'), '# made\nnameserver 192.168.1.1\nsearch fritz.box  Example.org.\n');
  assert.deepEqual([...ownNames(root, 'Pi.Garden.lan')].toSorted(), [
    'pi',
    'pi.example.org',
    'pi.fritz.box',
    'pi.garden.lan',
    'pi.local',
  ]);
  assert.deepEqual([...ownNames('/nowhere', 'pi')].toSorted(), ['pi', 'pi.local']);
});
