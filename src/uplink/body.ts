import type { Readable } from 'node:stream';
import { promisify } from 'node:util';
import { gzip } from 'node:zlib';

/** The header that says so costs as much. */
const GZIP_HEADER_BYTES = 'content-encoding: gzip\r\n'.length;
const SMALLEST = { level: 9, memLevel: 9 };
/** Room for a list of all items of the largest batch that are refused. */
const MAX_ANSWER_BYTES = 256 * 1024;

const compress = promisify(gzip);

/** What is written for a JSON text: the same bytes whenever it is asked. */
export async function encode(json: string): Promise<{ body: Buffer; zipped: boolean }> {
  const plain = Buffer.from(json);
  const zipped = await compress(plain, SMALLEST);
  const pays = zipped.length + GZIP_HEADER_BYTES < plain.length;
  return pays ? { body: zipped, zipped: true } : { body: plain, zipped: false };
}

/** The text of an answer; a long one is cut off. Rejects when the answer breaks off before. */
export async function readAnswer(answer: Readable): Promise<string> {
  const chunks: Buffer[] = [];
  let sizeBytes = 0;
  answer.on('error', () => {}); // to be cut off is an error to the stream
  for await (const chunk of answer) {
    chunks.push(chunk);
    sizeBytes += chunk.length;
    if (sizeBytes >= MAX_ANSWER_BYTES) break; // leaving the loop destroys the stream
  }
  return Buffer.concat(chunks).toString('utf8', 0, MAX_ANSWER_BYTES);
}

/** Members of a problem document (RFC 9457), as far as they matter here. */
export interface Problem {
  code?: string | undefined;
  detail?: string | undefined;
}

/** What an answer says of itself, where it is a JSON object; empty where it is anything else. */
export function problemIn(text: string): Problem {
  if (!text.trimStart().startsWith('{')) return {};
  try {
    const { code, detail } = JSON.parse(text);
    const string = (member: unknown) => (typeof member === 'string' ? member : undefined);
    return { code: string(code), detail: string(detail) };
  } catch {
    return {};
  }
}
