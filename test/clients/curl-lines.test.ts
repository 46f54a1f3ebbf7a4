import assert from 'node:assert/strict';
import { it } from 'node:test';
import { curlLines } from './curl-lines.ts';

const block = (language: string, ...lines: string[]): string => `\`\`\`${language}\n${lines.join('\n')}\n\`\`\`\n`;

it('a comment above a curl command promises its status, and the JSON below it shows its answer', () => {
  const text =
    block('bash', '# 401: no key', 'curl -X POST \\', '  http://host/api/led') + block('json', '{"status": 401}');
  assert.deepEqual(curlLines(text), [
    { command: 'curl -X POST http://host/api/led', status: 401, shown: { status: 401 } },
  ]);
});

it('a promise holds for one command', () => {
  const text = block('bash', '# 404: none', 'curl http://host/api/none', '# all', 'curl http://host/api/status');
  assert.deepEqual(
    curlLines(text).map(({ status }) => status),
    [404, 200],
  );
});

it('commands that do not ask this API are left alone', () => {
  assert.deepEqual(curlLines(block('bash', 'npm ci', 'curl https://example.org/install.sh')), []);
  assert.deepEqual(curlLines(block('ts', 'curl http://host/api/status')), []);
});
