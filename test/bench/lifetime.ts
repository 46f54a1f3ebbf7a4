/** What was started and has to end: last begun, first ended, also on Ctrl-C. Fits what the test support asks of a test. */
export class Lifetime {
  readonly #ends: (() => unknown)[] = [];

  after(end: () => unknown): void {
    this.#ends.push(end);
  }

  /** One end that fails does not keep the others from ending. */
  async end(): Promise<void> {
    for (let end = this.#ends.pop(); end !== undefined; end = this.#ends.pop()) {
      try {
        await end();
      } catch (error) {
        console.error(`could not be ended: ${(error as Error).message}`);
      }
    }
  }
}
