import type { Duplex } from 'node:stream';

const CONTINUE = /^HTTP\/1\.[01] 100[ \r]/;
const STATUS_LINE = 'HTTP/1.1 100 ';
const END_OF_HEADERS = '\r\n\r\n';
/** Of such a header: more is left to the parser to refuse. */
const MAX_BYTES = 16 * 1024;

/**
 * Takes `100 Continue` out of what a connection brings, one or several before the response that counts. RFC 9110, section
 * 15.2, wants a client to accept them unasked, and gateways send them; undici ends the connection instead. They can
 * stand only between a request and its response: from the response on nothing is looked at until the next write.
 */
export function withoutContinue<Socket extends Duplex>(socket: Socket): Socket {
  const read = socket.read.bind(socket);
  const write = socket.write.bind(socket) as (...args: unknown[]) => boolean;
  let responseHasBegun = false;
  let held: Buffer = Buffer.alloc(0);

  socket.write = ((...args: unknown[]) => {
    responseHasBegun = false;
    return write(...args);
  }) as Socket['write'];

  socket.read = ((size?: number) => {
    for (;;) {
      const chunk: Buffer | null = read(size);
      if (responseHasBegun || chunk === null) return chunk;
      const rest = afterContinue(Buffer.concat([held, chunk]));
      held = isUndecided(rest) ? rest : Buffer.alloc(0);
      if (held.length > 0 || rest.length === 0) continue;
      responseHasBegun = true;
      return rest;
    }
  }) as Socket['read'];
  return socket;
}

function afterContinue(bytes: Buffer): Buffer {
  let rest = bytes;
  while (CONTINUE.test(begin(rest))) {
    const end = rest.indexOf(END_OF_HEADERS);
    if (end < 0) return rest;
    rest = rest.subarray(end + END_OF_HEADERS.length);
  }
  return rest;
}

/** Whether more bytes are needed to tell what these are. */
function isUndecided(bytes: Buffer): boolean {
  if (bytes.length === 0 || bytes.length > MAX_BYTES) return false;
  if (bytes.length >= STATUS_LINE.length) return CONTINUE.test(begin(bytes));
  return STATUS_LINE.startsWith(begin(bytes).replace('1.0', '1.1'));
}

const begin = (bytes: Buffer) => bytes.toString('latin1', 0, STATUS_LINE.length);
