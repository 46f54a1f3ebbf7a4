import { toTimestamp } from '../clock.ts';

/** Headers of a small POST as HTTP clients send them: what each reading would cost besides its body. */
const REQUEST_HEAD =
  'POST /ingest HTTP/1.1\r\nhost: example.org\r\nconnection: keep-alive\r\ncontent-type: application/json\r\n' +
  'authorization: Bearer 0123456789abcdef0123456789abcdef\r\ncontent-length: 99\r\n\r\n';

/** Counts what one request for each reading would send, to compare with what is sent. */
export class RawTraffic {
  readings = 0;
  bytes = 0;
  /** The size of a reading's body hardly changes: measured once for each sensor instead of once for each reading. */
  readonly #sizes = new Map<string, number>();

  count(sensor: string, value: number | null, at: number): void {
    let size = this.#sizes.get(sensor);
    if (size === undefined) {
      const body = JSON.stringify({ sensor, value, timestamp: toTimestamp(at) });
      size = REQUEST_HEAD.length + Buffer.byteLength(body);
      this.#sizes.set(sensor, size);
    }
    this.readings += 1;
    this.bytes += size;
  }
}
