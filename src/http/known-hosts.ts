import { isIP } from 'node:net';
import { hostOf } from './host-header.ts';

/** Accepted headers that are remembered as they were written: nobody fills memory with made-up ones. */
const REMEMBERED = 64;

/**
 * The names that this machine answers to. A page that has its own name lead to this device (DNS rebinding) counts as the
 * same site for the browser, which lets it read and switch; the name in the request is what gives it away. An address
 * cannot be taken over like that.
 */
export class KnownHosts {
  readonly #configured: ReadonlySet<string>;
  readonly #ownNames: () => Iterable<string>;
  readonly #remembered = new Set<string>();

  /** `ownNames` is asked again for a name that is not known yet: the machine may have been renamed. */
  constructor(configured: readonly string[], ownNames: () => Iterable<string>) {
    this.#configured = new Set(['localhost', ...configured.map((name) => name.toLowerCase().replace(/\.$/, ''))]);
    this.#ownNames = ownNames;
  }

  /** Returns whether the header means this machine; undefined where it is not a valid header. */
  knows(header: string): boolean | undefined {
    if (this.#remembered.has(header)) return true;
    const host = hostOf(header);
    if (host === undefined) return undefined;
    if (isIP(host) === 0 && !this.#configured.has(host) && !this.#isOwn(host)) return false;
    if (this.#remembered.size >= REMEMBERED) this.#remembered.clear();
    this.#remembered.add(header);
    return true;
  }

  #isOwn(host: string): boolean {
    for (const name of this.#ownNames()) if (host === name) return true;
    // Where two machines of a network have one name, Avahi calls the second one name-2.local.
    const first = /^(.*)-\d{1,3}\.local$/.exec(host)?.[1];
    return first !== undefined && this.#isOwn(`${first}.local`);
  }
}
