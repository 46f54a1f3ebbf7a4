import { X509Certificate } from 'node:crypto';
import { readFileSync } from 'node:fs';
import type { Config } from '../../schemas/config.ts';
import type { Explanation } from '../validation/explain.ts';

const CERTIFICATE = /-----BEGIN CERTIFICATE-----.*?-----END CERTIFICATE-----/gs;

const READ_ERRORS: Record<string, string> = {
  ENOENT: 'there is no such file',
  EACCES: 'no permission to read it',
  EISDIR: 'it is a folder',
};

/** A file with authorities that cannot be used would be noticed only when nothing arrives. */
export function caFileFaults({ uplink: { ca_file: file } }: Config): Explanation[] {
  const message = file === undefined ? undefined : faultOf(file);
  return message === undefined ? [] : [{ pointer: '/uplink/ca_file', message }];
}

function faultOf(file: string): string | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    const { code = 'unknown error' } = error as NodeJS.ErrnoException;
    return `names ${file}, which cannot be read: ${READ_ERRORS[code] ?? code}`;
  }
  const certificates = text.match(CERTIFICATE) ?? [];
  if (certificates.length === 0) return `names ${file}, which holds no certificate in PEM form`;
  const broken = certificates.findIndex((certificate) => !isReadable(certificate));
  return broken < 0 ? undefined : `names ${file}, whose certificate number ${broken + 1} is broken`;
}

function isReadable(certificate: string): boolean {
  try {
    return new X509Certificate(certificate).raw.length > 0;
  } catch {
    return false;
  }
}
