import assert from 'node:assert/strict';
import test from 'node:test';
import { Turns } from '../../src/connections/turns.ts';
import { FakeClock, settled } from '../support/fake-clock.ts';
import { admitting } from './sockets.ts';

const CAPS = { max_connections_per_address: 64, max_connections: 256 };
const REQUEST = 'GET / HTTP/1.1\r\n\r\n';
const OF_EACH_MS = 3;

/** Clients that have sent so many requests, each of which takes 3 ms; returns the addresses in the order of their turns. */
async function turnsOf(sent: Readonly<Record<string, number[]>>, turns: number): Promise<string[][]> {
  const clock = new FakeClock();
  const { enter } = admitting(CAPS);
  const line = new Turns(clock);
  const seen: string[][] = [[]];
  const places = Object.entries(sent).flatMap(([address, connections]) =>
    connections.map((requests) => {
      const place = enter(address, () => {
        seen.at(-1)?.push(address);
        void clock.stall(OF_EACH_MS);
      });
      assert.ok(place !== undefined);
      place.socket.push(REQUEST.repeat(requests));
      return place;
    }),
  );
  for (const { client, connection } of places) line.ask(client, connection);
  for (let turn = 0; turn < turns; turn++) {
    seen.push([]);
    await settled();
  }
  return seen;
}

test('requests of one turn of the event loop end with its share; the others come one a turn', async () => {
  const [first, ...later] = await turnsOf({ '192.0.2.1': [1, 1, 1, 1, 1, 1] }, 8);
  assert.equal(first?.length, 2);
  for (const turn of later) assert.ok(turn.length <= 1, `${turn.length} in one turn`);
  assert.equal(later.flat().length, 4);
});

test('a client with one request waits for one of the crowd, not for all of it', async () => {
  const crowd = { '192.0.2.1': Array.from({ length: 40 }, () => 1) };
  const order = (await turnsOf({ ...crowd, '192.0.2.2': [1] }, 60)).flat();
  assert.equal(order.length, 41);
  assert.ok(order.indexOf('192.0.2.2') <= 4, `${order.indexOf('192.0.2.2')} before it`);
});
