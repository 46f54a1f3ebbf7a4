const LF = 10;
const CR = 13;

/** Finds where heads of requests end, in bytes that come in any pieces. It may see an end where there is none, never the other way. */
export class HeadScanner {
  #hasBegun = false;
  #lineIsEmpty = false;

  /** Returns the length of the part up to the first end of a head; of all bytes where none ends in them. */
  scan(bytes: Buffer): number {
    for (let index = 0; index < bytes.length; index++) {
      const byte = bytes[index];
      if (byte === CR) continue;
      if (byte !== LF) {
        this.#hasBegun = true;
        this.#lineIsEmpty = false;
      } else if (this.#lineIsEmpty && this.#hasBegun) {
        this.#hasBegun = false;
        return index + 1;
      } else this.#lineIsEmpty = true; // empty lines before a request count for nothing
    }
    return bytes.length;
  }

  /** What follows belongs to a request that has begun: a body, whose chunks end as heads do. */
  continue(): void {
    this.#hasBegun = true;
  }
}
