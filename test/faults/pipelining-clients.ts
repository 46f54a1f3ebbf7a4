import { connect } from 'node:net';
import { workerData } from 'node:worker_threads';

/** A thread of its own, so that the clients beside it are not slowed down: connections that write requests without end. */
const { url, connections, requests, path } = workerData;
const burst = `GET ${path} HTTP/1.1\r\nHost: localhost\r\n\r\n`.repeat(requests);
const { hostname, port } = new URL(url);

for (let count = 0; count < connections; count++) {
  const socket = connect({ host: hostname, port: Number(port) });
  const write = () => {
    while (socket.write(burst));
  };
  socket
    .on('connect', write)
    .on('drain', write)
    .on('error', () => {})
    .resume();
}
