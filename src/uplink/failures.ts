/** The request was not sent. The message is a sentence for a person. */
export class NotSent extends Error {
  override name = 'NotSent';
}

/** No answer came, or only a part of one. The message is a sentence for a person. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

const UNKNOWN_AUTHORITY =
  'its certificate is signed by an unknown authority: add the certificates of that to uplink.ca_file or ' +
  'NODE_EXTRA_CA_CERTS';
const TLS_VERSION =
  'it speaks no version of TLS that this device accepts (1.2 and 1.3): enable one of them on the receiver, or on what ' +
  'stands in front of it';
const WANTS_LOGIN = 'it wants a login: put user and password into the address of the proxy';
const NO_CIPHER = 'it breaks off the TLS handshake: there is no common cipher, or it wants something of this device';

/** Codes of Node, OpenSSL and undici before a connection stands: nothing of the request has left the device. */
const BEFORE_SENDING: Readonly<Record<string, string>> = {
  ENOTFOUND: 'the name is not known: check uplink.url and the DNS server',
  EAI_AGAIN: 'no DNS server answers: check the network',
  ECONNREFUSED: 'the connection is refused: nothing listens there',
  EHOSTUNREACH: 'there is no route to it: check the network',
  ENETUNREACH: 'there is no network',
  ENETDOWN: 'the network is down',
  ETIMEDOUT: 'it does not answer to connections',
  UND_ERR_CONNECT_TIMEOUT: 'it does not answer to connections',
  CERT_HAS_EXPIRED: 'its certificate has expired',
  CERT_NOT_YET_VALID: "its certificate is not valid yet: check this device's clock",
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: add it to uplink.ca_file or NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT: UNKNOWN_AUTHORITY,
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: UNKNOWN_AUTHORITY,
  UNABLE_TO_VERIFY_LEAF_SIGNATURE:
    'it sends its own certificate only, and who signed it is not known here: have it send those in between, or add ' +
    'the certificates of its authority to uplink.ca_file or NODE_EXTRA_CA_CERTS',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there: http:// instead of https://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there: http:// instead of https://?',
  ERR_SSL_TLSV1_ALERT_PROTOCOL_VERSION: TLS_VERSION,
  ERR_SSL_UNSUPPORTED_PROTOCOL: TLS_VERSION,
  ERR_SSL_NO_PROTOCOLS_AVAILABLE: TLS_VERSION,
  'ERR_SSL_SSL/TLS_ALERT_HANDSHAKE_FAILURE': NO_CIPHER,
  ERR_SSL_SSLV3_ALERT_HANDSHAKE_FAILURE: NO_CIPHER,
  EPROTO: 'no common TLS version or cipher',
  UND_ERR_INVALID_ARG: 'the request cannot be written: check uplink.url and EDGE_UPLINK_TOKEN',
};

/** What undici makes of a 407 where it hands a plain request to a proxy. */
const PROXY_LOGIN = 'Proxy Authentication Required (407)';

const LATER: Readonly<Record<string, string>> = {
  [PROXY_LOGIN]: `the proxy answered 407, ${WANTS_LOGIN}`,
  UND_ERR_HEADERS_TIMEOUT: 'it took the request and did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped half-way',
  UND_ERR_SOCKET: 'it closed the connection before its answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer is shorter or longer than announced',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
};

/** Codes for certificates that may be trusted when those of their authority are. */
const DISTRUST: readonly string[] = [
  'DEPTH_ZERO_SELF_SIGNED_CERT',
  'SELF_SIGNED_CERT_IN_CHAIN',
  'UNABLE_TO_GET_ISSUER_CERT',
  'UNABLE_TO_GET_ISSUER_CERT_LOCALLY',
  'UNABLE_TO_VERIFY_LEAF_SIGNATURE',
];

/** What a person can do about an answer of a proxy that is asked for a connection. */
const PROXY_ANSWERS: Readonly<Record<number, string>> = {
  400: 'it makes no connections for others (CONNECT)',
  403: 'it does not let this device through to there',
  405: 'it makes no connections for others (CONNECT)',
  401: WANTS_LOGIN, // tinyproxy, where none is sent
  407: WANTS_LOGIN,
  502: 'it cannot reach the receiver',
  503: 'it cannot reach the receiver',
  504: 'it cannot reach the receiver',
};

/** What differs from the receiver where it is the proxy that fails. */
const OF_PROXY: Readonly<Record<string, string>> = {
  ENOTFOUND: 'its name is not known: check its address and the DNS server',
  UND_ERR_HEADERS_TIMEOUT: 'it does not say in time whether it reaches the receiver',
  UND_ERR_SOCKET: 'it closes the connection instead of reaching the receiver',
  ECONNRESET: 'it closes the connection instead of reaching the receiver',
};

/** The proxy fails, so that nothing has reached the receiver. */
export class ProxyFault extends Error {
  override name = 'ProxyFault';
  /** Not one of undici: it tries some of those again by itself, for ever. */
  readonly code = 'EPROXY';

  /** `cause`: what went wrong, or the status of the answer. Of the address, user and password are not shown. */
  constructor({ origin }: URL, cause: unknown) {
    const options = typeof cause === 'number' ? {} : { cause };
    super(`the proxy ${origin}: ${typeof cause === 'number' ? answered(cause) : happened(codeOf(cause))}`, options);
  }
}

function answered(status: number): string {
  const advice = PROXY_ANSWERS[status];
  return `it answered ${status}${advice === undefined ? '' : `, ${advice}`}`;
}

function happened(code: string): string {
  return OF_PROXY[code] ?? BEFORE_SENDING[code] ?? `it fails (${code})`;
}

/** Why no answer came from `where`, in one sentence. */
export function sentenceOf(error: unknown, where: string): string {
  if (error instanceof NoAnswer || error instanceof NotSent || error instanceof ProxyFault)
    return `${where}: ${error.message}.`;
  const code = codeOf(error);
  const known = BEFORE_SENDING[code] ?? LATER[code];
  if (known !== undefined) return `${where}: ${known}.`;
  // The code only: a message may quote what was sent.
  return `${where}: ${/^(HPE_|HTTPParser)/.test(code) ? 'what it answers is not HTTP' : 'the request failed'} (${code}).`;
}

/** Whether the request can have left the device. */
export function mayHaveLeft(error: unknown): boolean {
  return !(isBeforeSending(error) || codeOf(error) in BEFORE_SENDING);
}

const isBeforeSending = (error: unknown) => error instanceof NotSent || error instanceof ProxyFault;

/** Whether the other side is out of reach because of what is trusted here, which a person can change. */
export function isDistrust(error: unknown): boolean {
  return DISTRUST.includes(codeOf(error instanceof ProxyFault ? error.cause : error));
}

function codeOf(error: unknown): string {
  const { code, name, message } = Object(error) as { code?: unknown; name?: unknown; message?: unknown };
  if (message === PROXY_LOGIN) return PROXY_LOGIN;
  return String(code ?? name ?? 'unknown');
}
