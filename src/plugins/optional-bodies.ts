interface Body {
  required?: boolean;
  content: Record<string, { schema?: { type?: unknown } }>;
}

interface Document {
  paths?: Record<string, Record<string, { requestBody?: Body }>>;
}

/** Writes a body that may be null as one that may be left out: to Fastify the two are the same, and HTTP has no null. */
export function writeOptionalBodies({ paths = {} }: Document): void {
  for (const { requestBody } of Object.values(paths).flatMap((operations) => Object.values(operations))) {
    if (requestBody === undefined) continue;
    for (const { schema } of Object.values(requestBody.content)) {
      if (schema === undefined || !Array.isArray(schema.type) || !schema.type.includes('null')) continue;
      schema.type = schema.type.find((type) => type !== 'null');
      requestBody.required = false;
    }
  }
}
