import assert from 'node:assert/strict';
import { it } from 'node:test';
import { inNetworks, isNetwork, plainAddress } from '../../src/http/addresses.ts';
import { forwardedAddresses, prefixIn, schemeIn } from '../../src/http/forwarded.ts';
import { reachableAt } from '../../src/http/reachable-at.ts';

it('an IPv4 client of an IPv6 socket has its IPv4 address', () => {
  assert.equal(plainAddress('::ffff:192.0.2.1'), '192.0.2.1');
  assert.equal(plainAddress('2001:db8::1'), '2001:db8::1');
});

it('addresses and networks are told from what looks like them', () => {
  for (const good of ['10.0.0.1', '10.0.0.0/8', '::1', 'fd00::/8', '0.0.0.0/0', '::/0'])
    assert.ok(isNetwork(good), good);
  for (const bad of [
    '10.0.0.0/33',
    '10.0.0/8',
    '10.0.0.1/',
    '10.0.0.1/8/8',
    'fd00::/129',
    '300.0.0.1',
    'pi',
    '',
    '::%a',
  ])
    assert.ok(!isNetwork(bad), bad);
});

it('a proxy is trusted by its address, also where it comes through an IPv6 socket', () => {
  const trusted = inNetworks(['127.0.0.1', '10.1.0.0/16', 'fd00::/8']);
  for (const address of ['127.0.0.1', '::ffff:127.0.0.1', '10.1.2.3', 'fd12::1', 'fd12::1%eth0'])
    assert.ok(trusted(address), address);
  for (const address of ['127.0.0.2', '10.2.0.1', '::1', '', 'unknown', 'fe80::1%eth0'])
    assert.ok(!trusted(address), address);
});

it('what is left of an entry that is no address goes with it', () => {
  assert.deepEqual(forwardedAddresses('203.0.113.7, 10.0.0.1'), ['203.0.113.7', '10.0.0.1']);
  assert.deepEqual(forwardedAddresses('198.51.100.1, unknown, 203.0.113.7:4711,[2001:db8::1]:80'), [
    '203.0.113.7',
    '2001:db8::1',
  ]);
  assert.deepEqual(forwardedAddresses('::ffff:203.0.113.7'), ['203.0.113.7']);
  for (const nobody of ['', 'unknown', '<b>', '203.0.113.7, ']) assert.deepEqual(forwardedAddresses(nobody), []);
});

it('a prefix is a plain path, and never leads to another site', () => {
  assert.equal(prefixIn('/edge'), '/edge');
  assert.equal(prefixIn('/a/b-1.x/'), '/a/b-1.x');
  for (const bad of [
    '',
    '/',
    undefined,
    'edge',
    '//evil.example',
    '/a//b',
    '/a b',
    '/../x',
    '/a/..',
    '/./a',
    '/"><b>',
    'http://x',
  ])
    assert.equal(prefixIn(bad), '', bad);
  assert.equal(schemeIn('HTTPS'), 'https');
  assert.equal(schemeIn('javascript'), undefined);
});

it('a server on every address names each of them, and never one that needs the name of an interface', () => {
  const found = (address: string, family: 'IPv4' | 'IPv6', internal = false) =>
    ({ address, family, internal }) as Parameters<typeof reachableAt>[1][string] extends (infer Info)[] | undefined
      ? Info
      : never;
  const interfaces = {
    eth0: [found('fe80::1', 'IPv6'), found('2001:db8::7', 'IPv6'), found('192.168.1.7', 'IPv4')],
    lo: [found('::1', 'IPv6', true), found('127.0.0.1', 'IPv4', true)],
  };
  assert.deepEqual(reachableAt('http://[::]:5000', interfaces), [
    ...['http://127.0.0.1:5000', 'http://[::1]:5000', 'http://192.168.1.7:5000', 'http://[2001:db8::7]:5000'],
  ]);
  assert.deepEqual(reachableAt('http://192.168.1.7:5000', interfaces), ['http://192.168.1.7:5000']);
});
