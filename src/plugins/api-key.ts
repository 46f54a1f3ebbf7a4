import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { problems } from '../../schemas/problem.ts';
import { HttpProblem } from './problems.ts';

declare module 'fastify' {
  interface FastifyInstance {
    /** Hook for the scopes whose routes ask for the key. */
    checkApiKey: onRequestAsyncHookHandler;
    /** Documents on the routes of a scope whether they ask for the key. */
    describeApiKey(scope: FastifyInstance, required: boolean): void;
  }
}

interface Options {
  key: string;
}

/** Wrong keys that one address may try in a minute: nobody mistypes more often, and guessing needs millions. */
const WRONG_KEYS_PER_MINUTE = 10;

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** One shared secret in the header `X-API-Key`. It is never taken from the URL, which ends up in logs and histories. */
export default fp<Options>(
  async (app, { key }) => {
    const expected = digest(key);
    const wrongKeys = new RateLimiterMemory({ points: WRONG_KEYS_PER_MINUTE, duration: 60 });

    app.decorate('checkApiKey', async (request: FastifyRequest) => {
      const given = request.headers['x-api-key'];
      if (typeof given !== 'string') throw new HttpProblem(401, 'Invalid or missing API key');
      // Before the comparison: an address that is guessing must not learn that a guess was right.
      const tried = await wrongKeys.get(request.ip);
      if (tried !== null && tried.consumedPoints >= WRONG_KEYS_PER_MINUTE) {
        const seconds = Math.ceil(tried.msBeforeNext / 1000);
        throw new HttpProblem(429, `Too many wrong API keys from this address: try again in ${seconds} s`, {
          headers: { 'retry-after': String(seconds) },
        });
      }
      // Digests have one length whatever was sent, so that the comparison takes the same time for every wrong key.
      if (timingSafeEqual(digest(given), expected)) return;
      await wrongKeys.penalty(request.ip);
      request.log.info({ address: request.ip }, 'wrong API key');
      throw new HttpProblem(401, 'Invalid or missing API key');
    });

    app.decorate('describeApiKey', (scope: FastifyInstance, required: boolean) => {
      const security = required ? [{ ApiKey: [] }] : [];
      scope.addHook('onRoute', (route) => {
        const response = { ...(route.schema?.response as object), ...problems(401, 429) };
        route.schema = { ...route.schema, response, security };
      });
    });
  },
  { name: 'api-key' },
);
