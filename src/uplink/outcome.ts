import { retryAfterMs } from './backoff.ts';
import type { RefusedItem } from './outbox.ts';

/** What one try to send a batch came to. `why` is a sentence for a person. */
export type Outcome =
  /** All of it, but for the items that the receiver names. */
  | { kind: 'accepted'; refused?: readonly RefusedItem[] }
  /** Not stored: the content is at fault, or the receiver. */
  | { kind: 'refused'; why: string; retryAfterMs?: number | undefined }
  /** An item of it is there already. */
  | { kind: 'exists'; why: string }
  | { kind: 'unauthorised'; why: string }
  | { kind: 'retry'; why: string; retryAfterMs?: number | undefined };

/** An HTTP answer, as far as it matters here. */
export interface Answer {
  status: number;
  /** Whether it may be the answer of a proxy that requests are handed to. */
  maybeOfProxy?: boolean;
  retryAfter?: string | undefined;
  date?: string | undefined;
  location?: string | undefined;
  /** How its body begins. */
  text?: string;
  /** The `code` of a JSON body that has one. */
  code?: string | undefined;
  /** Items of the batch that a 2xx names as refused. */
  refused?: readonly RefusedItem[];
  /** It names all of them. */
  refusesAll?: boolean;
}

/** Never about the content, whatever that is: the device, a proxy, or the moment. Any other 4xx may be. */
const NOT_THE_CONTENT: ReadonlySet<number> = new Set([407, 408, 425, 429]);

/** Code of a 409 that is about the whole batch: another machine sends under the name of this one. */
export const DEVICE_UID_CONFLICT = 'device_uid_conflict';
const NAME_IS_TAKEN =
  'another machine sends under this name already, give this one a name of its own in device.id or EDGE_DEVICE_ID';

/** What a person can do about a status; a status that is not here speaks for itself. */
const ADVICE: Readonly<Record<number, string>> = {
  401: 'set a valid token in EDGE_UPLINK_TOKEN',
  403: 'the token in EDGE_UPLINK_TOKEN may not write there, or something in between forbids the content',
  404: 'nothing is there, correct the path in uplink.url',
  405: 'it takes no POST, correct uplink.url',
  407: 'a proxy in between wants a login',
  410: 'nothing is there any more, correct uplink.url',
  411: 'something in between does not take what this device sends',
  415: 'it does not take JSON or gzip',
  429: 'this device is asked to slow down',
  511: 'the network wants somebody to log in first',
};

/** tinyproxy asks for a login with 401, as a receiver asks for a token. */
const PROXY_LOGIN = 'put user and password into the address of the proxy, if it is the proxy that answers';

/** `where` is the receiver's address as it may be shown. `nowMs` is wall time. */
export function outcomeOf(answer: Answer, where: string, nowMs: number): Outcome {
  const { status, refused = [], refusesAll = false } = answer;
  const why = sentence(answer, where);
  if (status >= 200 && status < 300) {
    if (refusesAll) return { kind: 'refused', why: `${where} took nothing of it. It says: ${refused[0]?.reason}` };
    return { kind: 'accepted', ...(refused.length > 0 && { refused }) };
  }
  if (status === 401 || isNameTaken(answer)) return { kind: 'unauthorised', why };
  if (status === 409) return { kind: 'exists', why };
  const waitMs = retryAfterMs(answer.retryAfter, answer.date, nowMs);
  const mayBeContent = status >= 400 && status < 500 && !NOT_THE_CONTENT.has(status);
  if (mayBeContent) return { kind: 'refused', why, ...(waitMs !== undefined && { retryAfterMs: waitMs }) };
  return { kind: 'retry', why, retryAfterMs: waitMs };
}

const isNameTaken = ({ status, code }: Answer) => status === 409 && code === DEVICE_UID_CONFLICT;

function sentence(answer: Answer, where: string): string {
  const { status, text } = answer;
  const advice = isNameTaken(answer) ? NAME_IS_TAKEN : adviceOn(answer, where);
  const said = text ? ` It says: ${text}` : '';
  return `${where} answered ${status}${advice === undefined ? '' : `: ${advice}`}.${said}`;
}

function adviceOn({ status, location, maybeOfProxy }: Answer, where: string): string | undefined {
  if (status >= 300 && status < 400) return redirected(location, where);
  return status === 401 && maybeOfProxy ? `${ADVICE[status]}, or ${PROXY_LOGIN}` : ADVICE[status];
}

function redirected(location: string | undefined, where: string): string {
  const target = location !== undefined && URL.canParse(location, where) ? new URL(location, where) : undefined;
  // Without the query, which may be a secret.
  const shown = target === undefined ? 'its target' : target.origin + target.pathname;
  return `redirects are not followed, set uplink.url to ${shown}`;
}
