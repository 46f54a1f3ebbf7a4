import type { Server } from 'node:http';
import type { Socket } from 'node:net';
import type { Problem } from '../../schemas/problem.ts';
import { NO_SNIFFING } from './no-sniffing.ts';
import { titleOf } from './status-titles.ts';

const ANSWERS: Record<string, [number, string]> = {
  HPE_HEADER_OVERFLOW: [431, 'The headers are larger than 16 KiB'],
  ERR_HTTP_REQUEST_TIMEOUT: [408, 'The request took too long to arrive'],
};

/** Answers what is no HTTP request and so never reaches a route; the connection ends with it. */
export function answerBrokenRequest(error: NodeJS.ErrnoException, socket: Socket): void {
  if (error.code === 'ECONNRESET' || !socket.writable) {
    socket.destroy();
    return;
  }
  const [status, sentence] = ANSWERS[error.code ?? ''] ?? [400, 'This is not a valid HTTP request'];
  const title = titleOf(status);
  const problem: Problem = { type: 'about:blank', title, status, error: sentence, request_id: 'none' };
  const body = JSON.stringify(problem);
  const headers = {
    'Content-Type': 'application/problem+json',
    'Content-Length': Buffer.byteLength(body),
    Connection: 'close',
    ...NO_SNIFFING,
  };
  const lines = Object.entries(headers).map(([name, value]) => `${name}: ${value}\r\n`);
  socket.end(`HTTP/1.1 ${status} ${title}\r\n${lines.join('')}\r\n${body}`);
}

/** Node would refuse an `Expect` that it does not know with an empty 417; it need not be met (RFC 9110, 10.1.1). */
export function ignoreExpectations(server: Server): void {
  server.on('checkExpectation', (request, response) => server.emit('request', request, response));
}
