import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import Fastify, { type FastifyInstance, type FastifyServerOptions, LogController } from 'fastify';
import type { Config } from '../schemas/config.ts';
import { namedSchemas } from '../schemas/index.ts';
import { type Clock, systemClock } from './clock.ts';
import type { Device } from './device.ts';
import type { OpenHardware } from './hardware/open.ts';
import { claimPins, type Pins } from './pins.ts';
import apiKey from './plugins/api-key.ts';
import { answerBrokenRequest, ignoreExpectations } from './plugins/broken-requests.ts';
import collector from './plugins/collector.ts';
import connections from './plugins/connections.ts';
import cors from './plugins/cors.ts';
import emptyBodies, { EMPTY_BODIES } from './plugins/empty-bodies.ts';
import forwarded, { trustOf } from './plugins/forwarded.ts';
import hardware from './plugins/hardware.ts';
import hostCheck from './plugins/host-check.ts';
import methods from './plugins/methods.ts';
import noSniffing from './plugins/no-sniffing.ts';
import openapi from './plugins/openapi.ts';
import outputs from './plugins/outputs.ts';
import problems, { answerError } from './plugins/problems.ts';
import records from './plugins/records.ts';
import retention from './plugins/retention.ts';
import rules from './plugins/rules.ts';
import stopping from './plugins/stopping.ts';
import store from './plugins/store.ts';
import summaries from './plugins/summaries.ts';
import supervision, { type Supervision } from './plugins/supervision.ts';
import timekeeping from './plugins/timekeeping.ts';
import undocumentedInput from './plugins/undocumented-input.ts';
import uplink from './plugins/uplink.ts';
import alertCommands from './routes/alert-commands.ts';
import alerts from './routes/alerts.ts';
import health from './routes/health.ts';
import outputCommands from './routes/output-commands.ts';
import outputRoutes from './routes/outputs.ts';
import readings from './routes/readings.ts';
import ruleCommands from './routes/rule-commands.ts';
import ruleRoutes from './routes/rules.ts';
import sensors from './routes/sensors.ts';
import status from './routes/status.ts';
import summaryRoutes from './routes/summaries.ts';
import uplinkRoutes from './routes/uplink.ts';
import uplinkFlush from './routes/uplink-flush.ts';
import uplinkSetAside from './routes/uplink-set-aside.ts';
import type { Proxies } from './uplink/proxy.ts';
import { httpSerializerCompiler } from './validation/http-serializers.ts';
import { httpValidatorCompiler } from './validation/http-validators.ts';
import { readVersion } from './version.ts';

declare module 'fastify' {
  interface FastifyInstance {
    config: Readonly<Config>;
    device: Readonly<Device>;
    clock: Clock;
    productVersion: string;
  }
}

/** What the outside world brings in; tests bring their own. */
export interface Parts {
  /** Folder that exists and can be written. */
  dataDirectory: string;
  /** Where it was found out; the configured name otherwise. */
  device?: Device;
  apiKey: string;
  /** Where they were claimed before the server was loaded. */
  pins?: Pins;
  /** Where no pins were claimed yet; tests bring their own. */
  clock?: Clock;
  hardware?: OpenHardware;
  /** Where the environment or the configuration names any. */
  proxies?: Proxies | undefined;
  /** Where a service manager wants to hear how the server is. */
  supervision?: Supervision | undefined;
  /** Folder that stands for `/` where kernel files are read. */
  root?: string;
  logger?: FastifyServerOptions['logger'];
}

/** Builds the whole server; nothing listens or ticks yet. Where a part cannot be had, the others are left safe and closed. */
export async function buildApp(config: Readonly<Config>, parts: Parts): Promise<FastifyInstance> {
  const { clock = systemClock, root = '/', dataDirectory, hardware } = parts;
  const pins = parts.pins ?? (await claimPins(config, { clock, root, dataDirectory, hardware }));
  let app: FastifyInstance | undefined;
  try {
    app = createServer(config, parts);
    await assemble(app, config, { ...parts, pins });
    return app;
  } catch (error) {
    // What fails at the end as well is told beside the reason for it, not instead.
    const tell = ({ message }: Error) => console.error(message);
    await app?.close().catch(tell);
    await pins.release().catch(tell);
    throw error;
  }
}

/** A connection is closed within half a second of its time: by itself Node looks every 30 s, and adds a second. */
const CONNECTION_TIMES = { headersTimeout: 10_000, connectionsCheckingInterval: 500, keepAliveTimeoutBuffer: 500 };

function createServer(config: Readonly<Config>, parts: Parts): FastifyInstance {
  return Fastify({
    logger: parts.logger ?? { level: config.log.level },
    // A line for every request wears the card; refused and failed ones have their own lines.
    logController: new LogController({ disableRequestLogging: true }),
    // A slow card takes its time, and a start that is given up begins anew for ever.
    pluginTimeout: 0,
    bodyLimit: 16 * 1024,
    connectionTimeout: 30_000,
    requestTimeout: 15_000,
    keepAliveTimeout: 10_000,
    // Hosts are looked at by a plugin, whose answers are like all others.
    http: { ...CONNECTION_TIMES, requireHostHeader: false, ...EMPTY_BODIES },
    trustProxy: trustOf(config.http.trusted_proxies),
    // The same for requests that come while the server stops.
    return503OnClosing: false,
    clientErrorHandler: answerBrokenRequest,
    frameworkErrors: (error, request, reply) => answerError(request.server.hostFault(request) ?? error, request, reply),
    routerOptions: { maxParamLength: 100 },
  }).withTypeProvider<TypeBoxTypeProvider>();
}

/** Routes that change something, each with the key. */
const WRITES = [outputCommands, ruleCommands, alertCommands, uplinkFlush, uplinkSetAside];

/** The table of contents, in the order in which a reading travels. */
async function assemble(app: FastifyInstance, config: Readonly<Config>, parts: Parts & { pins: Pins }): Promise<void> {
  const { dataDirectory, pins, root = '/' } = parts;
  const { clock } = pins;
  ignoreExpectations(app.server);
  app
    .decorate('config', config)
    .decorate('device', parts.device ?? { id: config.device.id ?? 'pi' })
    .decorate('clock', clock)
    .decorate('productVersion', readVersion());
  app.setValidatorCompiler(httpValidatorCompiler());
  app.setSerializerCompiler(httpSerializerCompiler());
  for (const schema of namedSchemas) app.addSchema(schema);

  await app.register(hardware, { pins });
  await app.register(outputs, { pins });

  await app.register(noSniffing);
  await app.register(problems);
  await app.register(forwarded, { proxies: config.http.trusted_proxies });
  await app.register(hostCheck, { hosts: config.http.hosts, root });
  await app.register(emptyBodies);
  await app.register(undocumentedInput);
  await app.register(methods);
  await app.register(connections, { caps: config.http, clock });
  await app.register(cors, { origins: config.http.cors_origins });
  await app.register(stopping);
  await app.register(openapi, { title: config.device.name, version: app.productVersion });
  await app.register(apiKey, { key: parts.apiKey });

  await app.register(store, {
    directory: dataDirectory,
    commitEveryMs: config.store.commit_every_s * 1000,
    maxBytes: config.store.max_mb * 2 ** 20,
    collectEveryMs: config.collect.interval_s * 1000,
    windowMs: config.uplink.window_s * 1000,
    clock,
    publishing: () => ({ device: app.device.id, upstream: config.uplink.url !== undefined, now: clock.now() }),
  });
  await app.register(timekeeping, { clock, trust: config.clock.trust, root });
  await app.register(records, { clock });
  await app.register(rules, { config, clock, root });
  await app.register(collector, { config, clock, root });
  await app.register(summaries, { config, clock });
  await app.register(retention, { config, clock });
  await app.register(uplink, { config, clock, proxies: parts.proxies });
  if (parts.supervision) await app.register(supervision, { clock, ...parts.supervision });

  const reads = [status, readings, health, sensors, summaryRoutes, outputRoutes, ruleRoutes, alerts, uplinkRoutes];
  await app.register(
    async (scope) => {
      app.describeApiKey(scope, config.http.protect_reads);
      if (config.http.protect_reads) scope.addHook('onRequest', app.checkApiKey);
      for (const resource of reads) await scope.register(resource);
    },
    { prefix: '/api' },
  );
  await app.register(
    async (scope) => {
      app.describeApiKey(scope, true);
      scope.addHook('onRequest', app.checkApiKey);
      for (const resource of WRITES) await scope.register(resource);
    },
    { prefix: '/api' },
  );
  app.get('/', { schema: { hide: true } }, (_request, reply) => reply.redirect('/docs'));
  app.refuseUnknownRoutes();
}
