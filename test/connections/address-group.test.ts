import assert from 'node:assert/strict';
import { SocketAddress } from 'node:net';
import test from 'node:test';
import fc from 'fast-check';
import { addressGroup } from '../../src/connections/address-group.ts';

const SAME: [group: string, ...addresses: string[]][] = [
  ['192.0.2.7', '192.0.2.7', '::ffff:192.0.2.7', '::FFFF:c000:207', '0:0:0:0:0:ffff:192.0.2.7', '::ffff:c000:0207'],
  ['2001:db8:0:1::/64', '2001:db8:0:1::1', '2001:0DB8:0000:0001:ffff:ffff:ffff:ffff', '2001:db8::1:0:0:0:9'],
  ['2001:db8:0:2::/64', '2001:db8:0:2::1'],
  ['0:0:0:0::/64', '::1', '::', '::2'],
  ['fe80:0:0:0::/64%eth0', 'fe80::1%eth0', 'fe80::2:3%eth0'],
  ['fe80:0:0:0::/64%wlan0', 'fe80::1%wlan0'],
  ['', ''],
  ['unknown', 'unknown'],
];

for (const [group, ...addresses] of SAME) {
  test(`${addresses.join(', ') || 'no address'} counts as ${group || 'nothing'}`, () => {
    for (const address of addresses) assert.equal(addressGroup(address), group, address);
  });
}

const aWord = fc.integer({ min: 0, max: 0xffff });

test('two IPv6 addresses count as one exactly where their first 64 bits are the same, however they are written', () => {
  const words = fc.array(aWord, { minLength: 8, maxLength: 8 });
  const short = (eight: number[]) =>
    new SocketAddress({ family: 'ipv6', address: eight.map((word) => word.toString(16)).join(':') }).address;
  fc.assert(
    fc.property(words, words, fc.boolean(), (one, other, sameNetwork) => {
      const second = sameNetwork ? [...one.slice(0, 4), ...other.slice(4)] : other;
      const expected = one.slice(0, 4).join() === second.slice(0, 4).join();
      fc.pre(!short(one).includes('.') && !short(second).includes('.'));
      assert.equal(addressGroup(short(one)) === addressGroup(short(second)), expected);
    }),
  );
});

test('an IPv4 address and what stands for it in IPv6 count as one', () => {
  fc.assert(fc.property(fc.ipV4(), (address) => addressGroup(`::ffff:${address}`) === addressGroup(address)));
});
