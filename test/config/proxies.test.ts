import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { proxySettings } from '../../src/config/proxies.ts';
import { faultsIn, faultsOf, load } from './faults.ts';

const SECURE = { url: 'https://example.org/ingest' };
const PLAIN = { url: 'http://example.org/ingest' };

const found = (uplink: object, env: NodeJS.ProcessEnv) => proxySettings(uplink as never, env);

describe('the proxy of the uplink', () => {
  const http = 'http://a.example:3128';
  const https = 'http://b.example:3128';

  it('is the one of the environment for its scheme, in capital and in small letters, which win', () => {
    const both = { HTTP_PROXY: http, HTTPS_PROXY: https, NO_PROXY: 'localhost' };
    assert.deepEqual(found(SECURE, both), { http, https, exceptions: 'localhost' });
    assert.deepEqual(found(PLAIN, both), { http, https: undefined, exceptions: 'localhost' });
    const small = { https_proxy: https, HTTPS_PROXY: 'http://c.example', no_proxy: 'x', NO_PROXY: 'y' };
    assert.deepEqual(found(SECURE, small), { http: undefined, https, exceptions: 'x' });
  });

  it('is that for http where there is none for https, as undici has it', () => {
    assert.deepEqual(found(SECURE, { http_proxy: http }), { http, https: http, exceptions: '' });
    assert.equal(found(PLAIN, { https_proxy: https }), undefined);
  });

  it('is the one of the configuration before every other, with no exceptions', () => {
    const env = { HTTPS_PROXY: https, NO_PROXY: '*' };
    assert.deepEqual(found({ ...SECURE, proxy: http }, env), { http, https: http, exceptions: '' });
  });

  it('is none where nothing is set, or nothing goes upstream', () => {
    assert.equal(found(SECURE, { HTTPS_PROXY: '', NO_PROXY: '*' }), undefined);
    assert.equal(found({}, { HTTPS_PROXY: 'nonsense://' }), undefined);
    assert.equal(found({ proxy: http }, {}), undefined);
  });

  it('may be named without a scheme in the environment, as curl takes it', () => {
    assert.equal(found(SECURE, { HTTPS_PROXY: 'b.example:3128' })?.https, https);
    assert.equal(found(SECURE, { HTTPS_PROXY: 'u:p@b.example:3128' })?.https, 'http://u:p@b.example:3128');
  });

  it('is refused when it cannot be used, and not shown, since it may hold a password', () => {
    for (const value of ['socks5://user:secret@b.example', 'http://user:secret@', 'http://user:secret%zz@b.example']) {
      assert.deepEqual(
        faultsOf(() => found(SECURE, { HTTPS_PROXY: value })),
        ['HTTPS_PROXY: must be an address like http://proxy.example.org:3128'],
      );
    }
  });
});

describe('uplink.proxy', () => {
  const AT = 'uplink.proxy must be an address like http://proxy.example.org:3128';

  it('takes an address with user and password, also from the environment', (t) => {
    const proxy = 'http://user:p%40ss@proxy.example.org:3128';
    assert.equal(load(t, `uplink: { proxy: "${proxy}" }\n`).uplink.proxy, proxy);
    assert.equal(load(t, '', { EDGE_UPLINK_PROXY: proxy }).uplink.proxy, proxy);
  });

  it('refuses everything else without showing it', (t) => {
    for (const value of [
      'user:secret@b.example',
      'socks5://secret.example',
      'http://u:secret%zz@b.example',
      'http://b/secret',
    ]) {
      const [fault = '', ...more] = faultsIn(t, `uplink:\n  proxy: "${value}"\n`);
      assert.equal(more.length, 0);
      assert.ok(fault.endsWith(`:2: ${AT}`), fault);
    }
  });
});
