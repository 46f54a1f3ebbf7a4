import { readFile } from 'node:fs/promises';
import { createSecureContext, getCACertificates, type SecureContext } from 'node:tls';
import { NotSent } from './failures.ts';

/** Certificates of authorities in a file, trusted beside those that Node trusts anyway. */
export class Authorities {
  readonly #file: string;
  #pem: string | undefined;
  #context: SecureContext | undefined;

  constructor(file: string) {
    this.#file = file;
  }

  /** What connections are checked against; made anew only when the file has changed: it takes some 40 ms. */
  async load(): Promise<SecureContext> {
    const pem = await readFile(this.#file, 'utf8').catch(({ code }) => {
      throw new NotSent(`not asked, since uplink.ca_file cannot be read (${code})`);
    });
    if (this.#context === undefined || pem !== this.#pem) {
      // An authority in the middle is enough, as for curl: whoever names it trusts it.
      const ca = [...getCACertificates('default'), pem];
      this.#context = createSecureContext({ ca, allowPartialTrustChain: true });
      this.#pem = pem;
    }
    return this.#context;
  }
}
