import assert from 'node:assert/strict';
import { type AddressInfo, createServer } from 'node:net';
import { describe, it, type TestContext } from 'node:test';
import { createServer as createTlsServer, type TlsOptions } from 'node:tls';
import { aCertificate } from './certificate.ts';
import { summaries } from './items.ts';
import { aBatch, aClient, noSignal } from './wire.ts';

const FINAL = 'HTTP/1.1 200 OK\r\ncontent-length: 2\r\n\r\nok';

/** A server that writes these pieces for each request, one after the other. */
async function aServerThatWrites(t: TestContext, ...pieces: string[]): Promise<string> {
  const server = createServer((socket) => {
    socket.setNoDelay(true);
    socket.on('error', () => {});
    socket.on('data', async (chunk) => {
      if (!chunk.includes('POST')) return;
      for (const piece of pieces) {
        socket.write(piece);
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  t.after(() => server.close());
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}/ingest`;
}

async function outcomeAt(t: TestContext, url: string, requests = 1) {
  const client = aClient(t, url);
  const outcomes = [];
  for (let n = 0; n < requests; n += 1) {
    outcomes.push((await client.send(await aBatch(...summaries(1)), noSignal())).outcome);
  }
  return outcomes;
}

describe('an answer that begins with an unsolicited', () => {
  const CONTINUE = 'HTTP/1.1 100 Continue\r\n\r\n';
  const PIECES: Record<string, string[]> = {
    '100 Continue': [CONTINUE, FINAL],
    '100 Continue in one packet with the answer': [CONTINUE + FINAL],
    '100 Continue, twice, with headers': ['HTTP/1.1 100 Continue\r\nvia: gateway\r\n\r\n', CONTINUE + FINAL],
    '100 without a phrase, from a gateway of HTTP/1.0': ['HTTP/1.0 100 \r\n\r\n', FINAL],
    '100 Continue that comes a byte at a time': [...CONTINUE, ...FINAL],
    '102 Processing': ['HTTP/1.1 102 Processing\r\n\r\n', FINAL],
    '103 Early Hints': ['HTTP/1.1 103 Early Hints\r\nlink: </x>\r\n\r\n', FINAL],
  };
  for (const [what, pieces] of Object.entries(PIECES)) {
    it(`${what} counts, and the connection stays in use`, async (t) => {
      const url = await aServerThatWrites(t, ...pieces);
      assert.deepEqual(await outcomeAt(t, url, 3), Array(3).fill({ kind: 'accepted' }));
    });
  }

  it('100 Continue and nothing else is no answer', async (t) => {
    const pieces = [CONTINUE, 'HTTP/1.1 1', 'HTTP/1.1 100 Continue\r\n'];
    const urls = await Promise.all(pieces.map((piece) => aServerThatWrites(t, piece)));
    for (const [outcome] of await Promise.all(urls.map((url) => outcomeAt(t, url)))) {
      assert.match((outcome as { why: string }).why, /did not answer in time/);
    }
  });

  it('100 Continue before a refusal is refused, and the text is read to its end', async (t) => {
    const body = `${'x'.repeat(10)} HTTP/1.1 100 Continue\r\n\r\n`;
    const refusal = `HTTP/1.1 422 No\r\ncontent-length: ${body.length}\r\n\r\n`;
    const url = await aServerThatWrites(t, CONTINUE, refusal, body.slice(0, 11), body.slice(11));
    for (const outcome of await outcomeAt(t, url, 2)) {
      assert.deepEqual(outcome, {
        kind: 'refused',
        why: `${url} answered 422. It says: xxxxxxxxxx HTTP/1.1 100 Continue`,
      });
    }
  });
});

describe('TLS that does not come about says what does not fit', () => {
  const CASES: Record<string, [options: TlsOptions, why: RegExp]> = {
    'versions, where the receiver speaks only old ones': [
      { minVersion: 'TLSv1', maxVersion: 'TLSv1.1', ciphers: 'DEFAULT@SECLEVEL=0' },
      /speaks no version of TLS that this device accepts \(1\.2 and 1\.3\)/,
    ],
    ciphers: [{ maxVersion: 'TLSv1.2', ciphers: 'ECDHE-RSA-AES128-SHA' }, /no common cipher/],
  };
  for (const [what, [options, why]] of Object.entries(CASES)) {
    it(what, async (t) => {
      const certificate = aCertificate(t, 1);
      if (certificate === undefined) return t.skip('openssl is missing');
      const server = createTlsServer({ ...certificate, ...options });
      await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
      t.after(() => server.close());
      const [outcome] = await outcomeAt(t, `https://localhost:${(server.address() as AddressInfo).port}/`);
      assert.equal(outcome?.kind, 'retry');
      assert.match((outcome as { why: string }).why, why);
    });
  }

  it('versions, where the receiver answers with an old one', async (t) => {
    // ServerHello of TLS 1.0, with a random of zeros, no session and an RSA cipher.
    const hello = Buffer.concat([Buffer.from('0301', 'hex'), Buffer.alloc(32), Buffer.from('00002f00', 'hex')]);
    const head = Buffer.from([0x16, 3, 1, 0, hello.length + 4, 2, 0, 0, hello.length]);
    const server = createServer((socket) => {
      socket.on('error', () => {});
      socket.once('data', () => socket.write(Buffer.concat([head, hello])));
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    t.after(() => server.close());
    const [outcome] = await outcomeAt(t, `https://localhost:${(server.address() as AddressInfo).port}/`);
    assert.match((outcome as { why: string }).why, /speaks no version of TLS that this device accepts/);
  });
});
