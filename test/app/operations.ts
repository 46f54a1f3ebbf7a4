import type { FastifyInstance } from 'fastify';

interface Operation {
  requestBody?: object;
  parameters?: { in: string; name: string }[];
  responses: Record<string, { headers?: object; content?: object }>;
}
interface Document {
  paths: Record<string, Record<string, Operation>>;
  components: { responses: Record<string, Operation['responses'][string]> };
}
type Method = 'GET' | 'POST' | 'PUT' | 'DELETE';

export interface Documented extends Operation {
  at: string;
  method: Method;
  /** With ids that exist on the test's device. */
  url: string;
}

const IDS: Record<string, string> = { sensors: 'cpu_temp_c', outputs: 'led', rules: 'heat', alerts: '1' };
/** Every operation of the server's own document, with what it says about the answers. */
export async function operations(app: FastifyInstance): Promise<Documented[]> {
  const { paths, components } = (await app.inject('/docs/json')).json<Document>();
  const resolved = (response: object) =>
    '$ref' in response ? (components.responses[String(response.$ref).split('/').at(-1) ?? ''] ?? {}) : response;
  return Object.entries(paths).flatMap(([path, methods]) =>
    Object.entries(methods).map(([name, operation]) => ({
      ...operation,
      responses: Object.fromEntries(Object.entries(operation.responses).map(([name, it]) => [name, resolved(it)])),
      at: `${name} ${path}`,
      method: name.toUpperCase() as Method,
      url: path.replaceAll(/([^/]+)\/\{id\}/g, (_, resource) => `${resource}/${IDS[resource] ?? 'none'}`),
    })),
  );
}
