import { isIPv6 } from 'node:net';

const WORDS = 8;
const WORDS_OF_NETWORK = 4;
const IPV4_MAPPED = '0:0:0:0:0:ffff';

/**
 * Returns what limits count an address as. Whoever has one IPv6 address has its whole /64 to connect from, so that counts
 * as one; an IPv6 address that stands for an IPv4 one counts as that. What is no address is returned as it is.
 */
export function addressGroup(address: string): string {
  const [plain = '', zone] = address.split('%', 2);
  if (!isIPv6(plain)) return address;
  const words = wordsOf(plain);
  if (words.slice(0, 6).join(':') === IPV4_MAPPED) return dotted(words[6] ?? '', words[7] ?? '');
  const network = `${words.slice(0, WORDS_OF_NETWORK).join(':')}::/64`;
  return zone === undefined ? network : `${network}%${zone}`; // each link has an fe80::/64 of its own
}

/** The eight words of an address, each without leading zeros. */
function wordsOf(address: string): string[] {
  const [before = '', after] = address.split('::', 2);
  const [head, tail] = [split(before), split(after ?? '')];
  const zeros = Array.from({ length: after === undefined ? 0 : WORDS - head.length - tail.length }, () => '0');
  return [...head, ...zeros, ...tail];
}

function split(part: string): string[] {
  if (part === '') return [];
  return part.split(':').flatMap((word) => (word.includes('.') ? wordsOfIpv4(word) : hex(Number.parseInt(word, 16))));
}

function wordsOfIpv4(address: string): string[] {
  const [a = 0, b = 0, c = 0, d = 0] = address.split('.').map(Number);
  return [hex(a * 256 + b), hex(c * 256 + d)];
}

function dotted(...words: string[]): string {
  return words
    .map((word) => Number.parseInt(word, 16))
    .flatMap((word) => [word >> 8, word & 255])
    .join('.');
}

const hex = (word: number) => word.toString(16);
