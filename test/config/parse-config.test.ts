/** What a config that is right becomes. */
import { describe, expect, it } from 'vitest';
import { DEFAULT_POLICY } from '../../src/staple/policy.ts';
import { configOf } from './parsed.ts';

const HOUR = 3_600_000;

describe('an empty config', () => {
  const policy = { ...DEFAULT_POLICY, connectTimeoutMs: 5_000, answerTimeoutMs: 15_000, timeoutMs: 45_000 };

  it('is all defaults', () => {
    expect(configOf('{}')).toEqual({
      store: undefined,
      rescanMs: 30_000,
      servers: [],
      certificates: [],
      defaults: {
        issuer: undefined,
        url: undefined,
        header: [],
        connectTo: [],
        resolve: [],
        proxy: undefined,
        cacert: undefined,
        trust: [],
        hash: 'sha1',
        method: 'auto',
        allowPrivate: false,
        allowHost: [],
        allowSha1: false,
        maxAgeMs: undefined,
        allowNoNextUpdate: false,
        outDir: undefined,
        policy,
      },
      responders: [],
      limits: { requests: 64, requestsPerResponder: 8 },
      relay: undefined,
      log: { format: 'auto', level: 'info' },
      control: undefined,
      hooks: { commands: {}, timeoutMs: 30_000 },
    });
  });

  it('may say of which version it is', () => {
    expect(configOf('version: 1')).toEqual(configOf('{}'));
  });
});

const certificate = (lines: string, rest = ''): unknown =>
  configOf(`certificates:\n  - {files: a.pem, ${lines}}\n${rest}`).certificates[0];

describe('a certificate', () => {
  it.each([
    ['files: /x/*.pem', { files: ['/x/*.pem'] }],
    ['files: [a.pem, ../b, "c*"]', { files: ['/etc/restaple/a.pem', '/etc/b', '/etc/restaple/c*'] }],
  ])('of %s', (files, expected) => {
    expect(configOf(`certificates: [{${files}}]`).certificates[0]).toMatchObject(expected);
  });

  it.each([
    ['issuer: ca.pem', { issuer: ['/etc/restaple/ca.pem'] }],
    ['issuer: [ca.pem, /x/y]', { issuer: ['/etc/restaple/ca.pem', '/x/y'] }],
    ['url: http://a.test', { url: ['http://a.test'] }],
    [
      'header: {Host: a.test, X-B: "007"}',
      {
        header: [
          ['Host', 'a.test'],
          ['X-B', '007'],
        ],
      },
    ],
    [
      'connect-to: "a.test:80:[::1]:"',
      { connectTo: [{ host: 'a.test', port: '80', toHost: '[::1]', toPort: undefined }] },
    ],
    ['resolve: ["*:80:10.0.0.7"]', { resolve: [{ host: '*', port: '80', addresses: ['10.0.0.7'] }] }],
    ['proxy: proxy:3128', { proxy: 'proxy:3128' }],
    ['proxy: ""', { proxy: '' }],
    ['trust: t.pem', { trust: ['/etc/restaple/t.pem'] }],
    ['allow-host: OCSP.test', { allowHost: ['ocsp.test'] }],
    ['max-age: 1d12h', { maxAgeMs: 36 * HOUR }],
    ['max-age: 90', { maxAgeMs: 90_000 }],
    ['allow-no-next-update: true, max-age: 7d', { allowNoNextUpdate: true, maxAgeMs: 168 * HOUR }],
    ['output: a.ocsp', { output: '/etc/restaple/a.ocsp' }],
    ['out-dir: o', { outDir: '/etc/restaple/o' }],
    ['method: post, hash: sha256, allow-sha1: true', { method: 'post', hash: 'sha256', allowSha1: true }],
  ])('with %s', (lines, expected) => {
    expect(certificate(lines)).toMatchObject(expected);
  });

  it('goes before what holds for all, and a list takes the place of a list', () => {
    const rest =
      'out-dir: /all\ndefaults: {url: [http://a.test, http://b.test], hash: sha256, header: {A: b}}';
    expect(certificate('url: http://c.test', rest)).toMatchObject({
      url: ['http://c.test'],
      hash: 'sha256',
      header: [['A', 'b']],
      outDir: '/all',
    });
    expect(certificate('out-dir: /own, header: {}, hash: sha1', rest)).toMatchObject({
      url: ['http://a.test', 'http://b.test'],
      hash: 'sha1',
      header: [],
      outDir: '/own',
    });
  });

  it('takes from the policy of all what its own leaves out', () => {
    const rest = 'policy: {refresh-at: 40%, retry-max: 2h, requests: 4}';
    expect(certificate('policy: {retry-max: 30m, timeout: 1m}', rest)).toMatchObject({
      policy: { refreshAt: 0.4, spread: 0.05, retryMaxMs: HOUR / 2, timeoutMs: 60_000 },
    });
  });

  it('may allow max-age for what is allowed to all without it, and forbid it', () => {
    const rest = 'defaults: {allow-no-next-update: true, max-age: 1d}';
    expect(certificate('max-age: 2d', rest)).toMatchObject({ allowNoNextUpdate: true, maxAgeMs: 48 * HOUR });
    expect(certificate('allow-no-next-update: false', rest)).toMatchObject({ allowNoNextUpdate: false });
  });
});

describe('the rest of a config', () => {
  it.each([
    ['rescan: 1s', { rescanMs: 1000 }],
    ['rescan: 1h', { rescanMs: HOUR }],
    ['store: s', { store: '/etc/restaple/s' }],
    ['control: off', { control: 'off' }],
    ['control: c.sock', { control: '/etc/restaple/c.sock' }],
    ['log: {format: json, level: warn}', { log: { format: 'json', level: 'warn' } }],
    ['log: {level: debug}', { log: { format: 'auto', level: 'debug' } }],
    ['policy: {requests: 4}', { limits: { requests: 4, requestsPerResponder: 4 } }],
    ['policy: {requests-per-responder: 2}', { limits: { requests: 64, requestsPerResponder: 2 } }],
    ['policy: {refresh-at: 10%, spread: 0%}', { defaults: { policy: { refreshAt: 0.1, spread: 0 } } }],
    ['policy: {refresh-at: 12.5%}', { defaults: { policy: { refreshAt: 0.125 } } }],
    [
      'hooks: {alarm: [/bin/x, "a b", "$HOME"], timeout: 5s}',
      { hooks: { commands: { alarm: ['/bin/x', 'a b', '$HOME'] }, timeoutMs: 5000 } },
    ],
    [
      'responders: [{url: HTTP://A.test, disable: true}]',
      { responders: [{ match: { url: 'http://a.test/' }, disable: true, use: undefined, header: [] }] },
    ],
    [
      'responders: [{issuer: "CN=B,C=a", use: http://c.test}]',
      { responders: [{ match: { issuer: '["c","a"],["cn","b"]' }, use: ['http://c.test'] }] },
    ],
  ])('reads %s', (text, expected) => {
    expect(configOf(text)).toMatchObject(expected);
  });

  it('unfolds aliases', () => {
    const { certificates } = configOf(
      'policy: &p {spread: 1%}\ncertificates:\n  - &c {files: a, policy: *p}\n  - {files: b, policy: *p}\n',
    );
    expect(certificates.map(({ policy }) => policy.spread)).toEqual([0.01, 0.01]);
  });

  it('takes Windows line ends, and a byte order mark', () => {
    expect(configOf('\u{feff}version: 1\r\nrescan: 2s\r\n').rescanMs).toBe(2000);
  });
});
