/** No answer came, or only a part of one. The message is a sentence for a person. */
export class NoAnswer extends Error {
  override name = 'NoAnswer';
}

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
  DEPTH_ZERO_SELF_SIGNED_CERT: 'its certificate is signed by itself: add it to NODE_EXTRA_CA_CERTS',
  SELF_SIGNED_CERT_IN_CHAIN: 'its certificate is signed by an unknown authority: add it to NODE_EXTRA_CA_CERTS',
  UNABLE_TO_GET_ISSUER_CERT_LOCALLY: 'its certificate is signed by an unknown authority: add it to NODE_EXTRA_CA_CERTS',
  UNABLE_TO_VERIFY_LEAF_SIGNATURE: 'it sends its certificate without the ones in between',
  ERR_TLS_CERT_ALTNAME_INVALID: 'its certificate is for another name',
  ERR_SSL_WRONG_VERSION_NUMBER: 'it does not speak TLS there: http:// instead of https://?',
  ERR_SSL_PACKET_LENGTH_TOO_LONG: 'it does not speak TLS there: http:// instead of https://?',
  EPROTO: 'no common TLS version or cipher',
  UND_ERR_INVALID_ARG: 'the request cannot be written: check uplink.url and EDGE_UPLINK_TOKEN',
};

const LATER: Readonly<Record<string, string>> = {
  UND_ERR_HEADERS_TIMEOUT: 'it took the request and did not answer in time',
  UND_ERR_BODY_TIMEOUT: 'its answer stopped half-way',
  UND_ERR_SOCKET: 'it closed the connection before its answer was complete',
  UND_ERR_RES_CONTENT_LENGTH_MISMATCH: 'its answer is shorter or longer than announced',
  ECONNRESET: 'the connection was reset',
  EPIPE: 'the connection was reset',
};

/** Why no answer came from `where`, in one sentence. */
export function sentenceOf(error: unknown, where: string): string {
  if (error instanceof NoAnswer) return `${where}: ${error.message}.`;
  const code = codeOf(error);
  const known = BEFORE_SENDING[code] ?? LATER[code];
  if (known !== undefined) return `${where}: ${known}.`;
  // The code only: a message may quote what was sent.
  return `${where}: ${/^(HPE_|HTTPParser)/.test(code) ? 'what it answers is not HTTP' : 'the request failed'} (${code}).`;
}

/** Whether the request can have left the device. */
export function mayHaveLeft(error: unknown): boolean {
  return !(codeOf(error) in BEFORE_SENDING);
}

function codeOf(error: unknown): string {
  const { code, name } = error as { code?: unknown; name?: unknown };
  return String(code ?? name ?? 'unknown');
}
