import { parentPort } from 'node:worker_threads';

/** Loaded into the server, as the negative control: a batch is gone from the outbox as soon as it is to be sent. */
const OURS = -1;
if (parentPort !== null) {
  const port = parentPort;
  const post = port.postMessage.bind(port);
  port.postMessage = (answer: { id?: number; result?: { id: number; key?: string } | null }) => {
    if (answer.id === OURS) return;
    post(answer);
    if (answer.result?.key === undefined) return;
    port.emit('message', { id: OURS, operation: 'acknowledge', argument: { batch: answer.result.id } });
  };
}
