import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';

/** What a company has: its own root, an authority in the middle, and a server that they vouch for. */
export interface Company {
  root: string;
  middle: string;
  /** Key and certificate of `localhost`, alone: as servers send them whose chain nobody has set up. */
  leaf: { key: string; cert: string };
}

const KEY = '-newkey ec -pkeyopt ec_paramgen_curve:P-256 -nodes';

/** Undefined where openssl cannot make it. */
export function aCompany(): Company | undefined {
  const folder = mkdtempSync(join(tmpdir(), 'company-'));
  const openssl = (line: string) => execFileSync('openssl', line.split(' '), { cwd: folder, stdio: 'pipe' });
  const read = (file: string) => readFileSync(join(folder, file), 'utf8');
  writeFileSync(join(folder, 'authority'), 'basicConstraints=critical,CA:TRUE\n');
  writeFileSync(join(folder, 'server'), 'subjectAltName=DNS:localhost,IP:127.0.0.1\n');
  try {
    openssl(`req -x509 ${KEY} -keyout root.key -out root -days 2 -subj /CN=Company-root`);
    for (const [name, subject, issuer, extensions] of [
      ['middle', 'Company-middle', 'root', 'authority'],
      ['leaf', 'localhost', 'middle', 'server'],
    ]) {
      openssl(`req -new ${KEY} -keyout ${name}.key -out ${name}.csr -subj /CN=${subject}`);
      openssl(
        `x509 -req -in ${name}.csr -CA ${issuer} -CAkey ${issuer}.key -out ${name} -days 2 -extfile ${extensions}`,
      );
    }
    return { root: read('root'), middle: read('middle'), leaf: { key: read('leaf.key'), cert: read('leaf') } };
  } catch {
    return undefined;
  } finally {
    rmSync(folder, { recursive: true });
  }
}
