import { parentPort } from 'node:worker_threads';

/** Loaded into the server, as the negative control: what the disk did not take counts as written. */
if (parentPort !== null) {
  const port = parentPort;
  const post = port.postMessage.bind(port);
  const done = { sizeBytes: 0, usedBytes: 0, droppedReadings: 0, droppedUntold: 0 };
  port.postMessage = ({ error, ...answer }: { id?: number; error?: unknown }) =>
    post(error === undefined ? answer : { ...answer, result: done });
}
