import { hash, timingSafeEqual } from 'node:crypto';
import type { FastifyInstance, FastifyRequest, onRequestAsyncHookHandler } from 'fastify';
import fp from 'fastify-plugin';
import { RateLimiterMemory } from 'rate-limiter-flexible';
import { problems } from '../../schemas/problem.ts';
import { addressGroup } from '../connections/address-group.ts';
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

const INVALID = 'Invalid or missing API key';
/** RFC 9110 wants a challenge in every 401. No registered scheme is a key in a header of its own, so this one is ours. */
const CHALLENGE = 'ApiKey header="X-API-Key"';
const HEADER = { path: '/headers/x-api-key', message: 'must be the API key of this device' };

const digest = (text: string): Buffer => hash('sha256', text, 'buffer');

/** One shared secret in the header `X-API-Key`. It is never taken from the URL, which ends up in logs and histories. */
export default fp<Options>(
  async (app, { key }) => {
    const expected = digest(key);
    const wrongKeys = new RateLimiterMemory({ points: WRONG_KEYS_PER_MINUTE, duration: 60 });

    async function countWrongKey(request: FastifyRequest): Promise<void> {
      const address = addressGroup(request.ip);
      const tried = await wrongKeys.get(address);
      if (tried !== null && tried.consumedPoints >= WRONG_KEYS_PER_MINUTE) {
        const seconds = Math.ceil(tried.msBeforeNext / 1000);
        throw new HttpProblem(429, `Too many wrong API keys from this address: try again in ${seconds} s`, {
          headers: { 'retry-after': String(seconds) },
        });
      }
      await wrongKeys.penalty(address);
      request.log.info({ address: request.ip }, 'wrong API key');
    }

    app.decorate('checkApiKey', async (request: FastifyRequest) => {
      const given = request.headers['x-api-key'];
      // The right key works from everywhere and always: whoever shares an address with somebody who guesses keeps control.
      // Digests have one length whatever was sent, so that the comparison takes the same time for every wrong key.
      if (typeof given === 'string' && timingSafeEqual(digest(given), expected)) return;
      if (typeof given === 'string') await countWrongKey(request);
      throw new HttpProblem(401, INVALID, { errors: [HEADER], headers: { 'www-authenticate': CHALLENGE } });
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
