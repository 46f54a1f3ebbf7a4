import assert from 'node:assert/strict';
import test from 'node:test';
import { admitting, aRequest } from './sockets.ts';

const CAPS = { max_connections_per_address: 3, max_connections: 4 };

/** A place that was given. */
function given<T>(place: T | undefined): T {
  assert.ok(place !== undefined, 'turned away');
  return place;
}

test('an address gets its places and no more, and all of an IPv6 /64 are one address', () => {
  const { enter } = admitting(CAPS);
  for (const address of ['2001:db8::1', '2001:db8::2', '2001:db8::3']) given(enter(address));
  assert.equal(enter('2001:db8::4'), undefined);
  given(enter('2001:db8:0:1::1'));
});

test('where all places are taken, an address that has one gets no other, and one that has none gets that of the crowd', () => {
  const { admission, enter } = admitting(CAPS);
  const crowd = ['192.0.2.1', '192.0.2.1', '192.0.2.1'].map((address) => given(enter(address)));
  const alone = given(enter('192.0.2.2'));
  assert.equal(enter('192.0.2.2'), undefined);
  given(enter('192.0.2.3'));
  assert.deepEqual(
    crowd.map(({ socket }) => socket.destroyed),
    [true, false, false],
  );
  assert.equal(alone.socket.destroyed, false);
  assert.equal([...admission.connections()].length, CAPS.max_connections);
});

test('a connection that never asked goes first, then one that waits for nothing, then any', () => {
  const { enter } = admitting(CAPS);
  const places = ['192.0.2.1', '192.0.2.1', '192.0.2.2', '192.0.2.3'].map((address) => given(enter(address)));
  const [busy, done, silent, busyToo] = places as [
    (typeof places)[0],
    (typeof places)[0],
    (typeof places)[0],
    (typeof places)[0],
  ];
  busy.connection.exchange = aRequest();
  busyToo.connection.exchange = aRequest();
  done.connection.hasAsked = true;
  given(enter('192.0.2.4')).connection.exchange = aRequest();
  assert.ok(silent.socket.destroyed);
  given(enter('192.0.2.5')).connection.exchange = aRequest();
  assert.ok(done.socket.destroyed);
  assert.ok(!busy.socket.destroyed && !busyToo.socket.destroyed);
  given(enter('192.0.2.6'));
  assert.ok(busy.socket.destroyed);
});

test('many new addresses in one turn each take a place of somebody: the cap holds', () => {
  const { admission, enter } = admitting(CAPS);
  for (let n = 1; n <= 100; n++) {
    given(enter(`192.0.2.${n}`));
    assert.ok([...admission.connections()].length <= CAPS.max_connections);
  }
});
