import type { Database } from 'better-sqlite3';
import type { Episode } from '../rules/alert.ts';
import { DeadLetters } from './dead-letters.ts';
import type { BatchSender, OutboxOperations } from './outbox-protocol.ts';
import type { OutboxTable } from './outbox-table.ts';

interface Options {
  outbox: OutboxTable;
  openAlerts: () => Episode[];
}

/** What the worker can be asked about what waits to be sent. */
export function outboxOperations(database: Database, { outbox, openAlerts }: Options): OutboxOperations {
  const deadLetters = new DeadLetters(database);
  return {
    nextBatch: ({ lane, maxItems, ...sender }) => outbox.next(lane, maxItems, senderOf(sender)),
    suspects: ({ lane, ...sender }) => outbox.suspects(lane, senderOf(sender)),
    probeBatch: ({ lane, from, ...sender }) => outbox.probe(lane, from, senderOf(sender)),
    acknowledge: ({ batch, refused }) => outbox.acknowledge(batch, refused),
    splitBatch: ({ batch }) => outbox.split(batch),
    hold: ({ batch, reason }) => outbox.hold(batch, reason),
    release: ({ batch }) => outbox.release(batch),
    setAside: ({ batch, reason }) => outbox.setAside(batch, reason),
    requeue: ({ ids }) => deadLetters.requeue(ids),
    requeueAlerts: () => deadLetters.requeueAlerts(openAlerts()),
    outboxState: () => ({ ...outbox.backlog(), ...deadLetters.state() }),
  };
}

const senderOf = ({ device, uid }: BatchSender) => ({ device, device_uid: uid });
