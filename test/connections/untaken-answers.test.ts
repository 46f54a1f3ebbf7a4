import assert from 'node:assert/strict';
import test from 'node:test';
import { UntakenAnswers } from '../../src/connections/untaken-answers.ts';
import { admitting } from './sockets.ts';

const MB = 2 ** 20;
const CAPS = { max_connections_per_address: 64, max_connections: 256 };

/** Connections of such addresses whose clients have asked, and the bytes that wait for each. */
function asked(all: readonly (readonly [address: string, bytes: number])[]) {
  const { enter } = admitting(CAPS);
  const answers = new UntakenAnswers();
  const sockets = all.map(([address, bytes]) => {
    const place = enter(address);
    assert.ok(place !== undefined);
    answers.add(place.connection);
    if (bytes > 0) place.socket.answer(bytes);
    return place.socket;
  });
  return { answers, sockets, destroyed: () => sockets.map(({ destroyed }) => destroyed) };
}

test('8 MiB of answers may wait; beyond, the oldest connection of the address with the most is closed', () => {
  const crowd = '192.0.2.1';
  const within = asked([
    [crowd, 3 * MB],
    [crowd, 3 * MB],
    ['192.0.2.2', 2 * MB],
  ]);
  within.answers.makeRoom();
  assert.deepEqual(within.destroyed(), [false, false, false]);

  const beyond = asked([
    ['192.0.2.2', 4 * MB],
    [crowd, 0],
    [crowd, 3 * MB],
    [crowd, 2 * MB],
    [crowd, MB],
  ]);
  beyond.answers.makeRoom();
  assert.deepEqual(beyond.destroyed(), [false, false, true, false, false]);
});

test('as many connections are closed as it takes', () => {
  const { answers, sockets } = asked(Array.from({ length: 30 }, (_, n) => [`192.0.2.${n}`, MB] as const));
  answers.makeRoom();
  assert.equal(sockets.filter(({ destroyed }) => !destroyed).length, 8);
});

test('a client that takes nothing is closed when its answer could have been taken at 8 KiB a second, after 10 s at the earliest', () => {
  const { answers, destroyed } = asked([
    ['192.0.2.1', 1024],
    ['192.0.2.2', 20 * 8 * 1024],
    ['192.0.2.3', 0],
  ]);
  answers.closeSlow(0);
  answers.closeSlow(10_000);
  assert.deepEqual(destroyed(), [false, false, false]);
  answers.closeSlow(10_001);
  assert.deepEqual(destroyed(), [true, false, false]);
  answers.closeSlow(20_000);
  assert.deepEqual(destroyed(), [true, false, false]);
  answers.closeSlow(20_001);
  assert.deepEqual(destroyed(), [true, true, false]);
});

test('a client that takes an answer slowly but at the rate keeps its connection', () => {
  const { answers, sockets, destroyed } = asked([['192.0.2.1', 64 * 1024]]);
  for (let second = 0; second <= 60; second++) {
    answers.closeSlow(second * 1000);
    if (sockets[0] !== undefined) sockets[0].bytesWritten += 9 * 1024;
  }
  assert.deepEqual(destroyed(), [false]);
});
