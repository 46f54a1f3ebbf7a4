import { readFileSync } from 'node:fs';
import { createServer } from 'node:http';

/** The limit: sends prepared bytes, by path, and does nothing else. Called with a port and a file of bodies by path. */
const [, , port, file = ''] = process.argv;
const bodies = new Map<string | undefined, Buffer>(
  Object.entries(JSON.parse(readFileSync(file, 'utf8')) as Record<string, string>).map(([path, body]) => [
    path,
    Buffer.from(body),
  ]),
);
const NOTHING = Buffer.from('{}');

// The product has this option, too: the limit is what Node can do at its best.
createServer({ optimizeEmptyRequests: true }, (request, response) => {
  const body = bodies.get(request.url) ?? NOTHING;
  const answer = () => {
    response.writeHead(200, { 'content-type': 'application/json; charset=utf-8', 'content-length': body.length });
    response.end(body);
  };
  if (request.method === 'GET') answer();
  else request.resume().once('end', answer);
}).listen(Number(port), '127.0.0.1');
