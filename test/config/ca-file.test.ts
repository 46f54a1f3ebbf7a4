import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { it, type TestContext } from 'node:test';
import { temporaryFolder } from '../support/temporary-folder.ts';
import { aCompany } from '../uplink/authority.ts';
import { faultsIn, load } from './faults.ts';

const company = aCompany();
const skip = company === undefined && 'openssl is missing';

function aFile(t: TestContext, text: string): string {
  const file = join(temporaryFolder(t), 'company.pem');
  writeFileSync(file, text);
  return file;
}

const faultOf = (t: TestContext, file: string) =>
  faultsIn(t, `uplink:\n  ca_file: ${JSON.stringify(file)}\n`)
    .join('\n')
    .replace(/^.*:2: /, '')
    .replaceAll(file, 'FILE');

it('a file with certificates of authorities is taken, whatever else stands in it', { skip }, (t) => {
  const file = aFile(t, `# Company\n${company?.root}\nand\n${company?.middle}`);
  assert.equal(load(t, `uplink: { ca_file: ${file} }\n`).uplink.ca_file, file);
});

it('a file that is of no use is refused at once, and told what is wrong with it', { skip }, (t) => {
  const root = company?.root ?? '';
  const CASES: [file: string, fault: string][] = [
    ['/nowhere/company.pem', 'uplink.ca_file names FILE, which cannot be read: there is no such file'],
    [temporaryFolder(t), 'uplink.ca_file names FILE, which cannot be read: it is a folder'],
    [aFile(t, ''), 'uplink.ca_file names FILE, which holds no certificate in PEM form'],
    [aFile(t, company?.leaf.key ?? ''), 'uplink.ca_file names FILE, which holds no certificate in PEM form'],
    [
      aFile(t, root + root.replace(/\n[^-]{20}/, '\n')),
      'uplink.ca_file names FILE, whose certificate number 2 is broken',
    ],
  ];
  for (const [file, fault] of CASES) assert.equal(faultOf(t, file), fault);
  assert.match(faultOf(t, 'company.pem'), /must be an absolute path/);
});

it('check-config says the same', { skip }, (t) => {
  const file = aFile(t, 'uplink: { ca_file: /nowhere/company.pem }\n');
  const check = join(import.meta.dirname, '../../src/config/check.ts');
  assert.throws(
    () => execFileSync(process.execPath, [check, file], { stdio: 'pipe' }),
    ({ status, stderr }) => status === 78 && /uplink\.ca_file names .* there is no such file/.test(String(stderr)),
  );
});
