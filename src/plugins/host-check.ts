import type { FastifyRequest } from 'fastify';
import fp from 'fastify-plugin';
import { authorityOf, countHosts } from '../http/host-header.ts';
import { KnownHosts } from '../http/known-hosts.ts';
import { ownNames } from '../http/own-names.ts';
import { HttpProblem, shorten } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** The problem of a request that is for another host, or does not say clearly for which. */
    hostFault(request: FastifyRequest): HttpProblem | undefined;
  }
}

interface Options {
  hosts: readonly string[];
  root: string;
}

/** Refuses requests for other hosts before anything else looks at them. */
export default fp<Options>(
  async (app, { hosts, root }) => {
    const known = new KnownHosts(hosts, () => ownNames(root));
    app.decorate('hostFault', (request: FastifyRequest) => faultOf(request, known));
    app.addHook('onRequest', (request, _reply, done) => done(app.hostFault(request)));
  },
  { name: 'host-check', dependencies: ['problems', 'forwarded'] },
);

function faultOf(request: FastifyRequest, known: KnownHosts): HttpProblem | undefined {
  const { raw } = request;
  if (countHosts(raw.rawHeaders) > 1) return new HttpProblem(400, 'The request has more than one Host header');
  if (raw.headers.host === undefined) {
    // Health checks of load balancers and old tools speak HTTP/1.0 without it; a browser, which this is about, never does.
    return raw.httpVersion === '1.0' ? undefined : new HttpProblem(400, 'The request has no Host header');
  }
  const authority = raw.url?.startsWith('/') ? undefined : authorityOf(raw.url ?? '');
  for (const host of authority === undefined ? [request.host] : [request.host, authority]) {
    const isKnown = known.knows(host);
    if (isKnown === undefined) return new HttpProblem(400, 'The Host header is not valid');
    if (!isKnown) return new HttpProblem(421, unknown(host));
  }
  return undefined;
}

const unknown = (host: string): string =>
  `This device is not called ${shorten(host)}: use its address or its own name, or add the name to http.hosts`;
