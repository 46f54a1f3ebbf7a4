/** The part of a reply that is needed here, whatever its route may answer. */
interface Answering {
  type(contentType: string): unknown;
  send(payload: never): unknown;
}

/** Sends JSON that was written before it was asked for. The route's schema describes it and does not make it. */
export function sendJson(reply: Answering, json: string | Buffer): void {
  reply.type('application/json; charset=utf-8');
  reply.send(json as never);
}
