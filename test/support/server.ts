import type { AddressInfo } from 'node:net';
import type { TestContext } from 'node:test';
import type { FastifyInstance } from 'fastify';
import type { Config } from '../../schemas/config.ts';
import { buildApp, type Parts } from '../../src/app.ts';
import { systemClock } from '../../src/clock.ts';
import { openSimulated, type SimulatedDriver } from '../../src/hardware/simulated.ts';
import { testConfig } from './config.ts';
import { temporaryFolder } from './temporary-folder.ts';

export const API_KEY = 'test-key-0123456789';
export const withKey = { 'x-api-key': API_KEY };

export interface TestServer {
  app: FastifyInstance;
  /** The pins' outside: levels to look at, buttons to press. */
  pins: SimulatedDriver;
  /** Address to send requests to; empty while nothing listens. */
  url: string;
}

type Changes = Parameters<typeof testConfig>[0];

/** The production server on simulated pins and a folder of its own; all of it goes when the test ends. */
export async function buildTestApp(t: TestContext, changes?: Changes, parts: Partial<Parts> = {}): Promise<TestServer> {
  const config: Config = testConfig(changes);
  const pins = openSimulated(parts.clock ?? systemClock);
  const dataDirectory = parts.dataDirectory ?? temporaryFolder(t);
  const hardware = { driver: pins, why: 'a test' };
  const app = await buildApp(config, { hardware, apiKey: API_KEY, root: '/nowhere', ...parts, dataDirectory });
  t.after(() => app.close());
  return { app, pins, url: '' };
}

/** The same, listening on a free port of the loopback. */
export async function startTestServer(t: TestContext, changes?: Changes, parts?: Partial<Parts>): Promise<TestServer> {
  const server = await buildTestApp(t, changes, parts);
  await server.app.listen({ host: '127.0.0.1', port: 0 });
  const { port } = server.app.server.address() as AddressInfo;
  return { ...server, url: `http://127.0.0.1:${port}` };
}
