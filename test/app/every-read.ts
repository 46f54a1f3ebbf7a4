import type { FastifyInstance } from 'fastify';

interface Document {
  paths: Record<string, Record<string, unknown>>;
}

/** All that may be asked of this server now: every GET of its OpenAPI document, with every id that there is. */
export async function everyRead(app: FastifyInstance): Promise<() => string[]> {
  const { paths } = (await app.inject('/docs/json')).json<Document>();
  const templates = Object.keys(paths).filter((path) => 'get' in (paths[path] ?? {}));
  const ids: Record<string, () => string[]> = {
    sensors: () => app.config.sensors.map((sensor) => sensor.id),
    outputs: () => app.config.outputs.map((output) => output.id),
    rules: () => app.ruleBook.list().map((rule) => rule.id),
  };
  return () =>
    templates.flatMap((template) => {
      const [, before = template, after] = /^(.*)\{id\}(.*)$/.exec(template) ?? [];
      if (after === undefined) return [template];
      const known = ids[before.split('/').at(-2) ?? ''];
      if (known === undefined) throw new Error(`${template}: which ids are there?`);
      return known().map((id) => `${before}${id}${after}`);
    });
}
