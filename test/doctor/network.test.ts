/** Names and addresses, without a network: what DNS says is an argument. */
import { describe, expect, it } from 'vitest';
import type { Known, Tools } from '../../src/doctor/check.ts';
import { conclude } from '../../src/doctor/conclusion.ts';
import { checkDns } from '../../src/doctor/dns.ts';
import { checkTcp } from '../../src/doctor/tcp.ts';
import { TransportError } from '../../src/errors.ts';
import { createTestPki } from '../support/pki.ts';
import { tools } from './tools.ts';

const { leaf, issuer } = createTestPki();
const known = (...urls: readonly string[]): Known => ({
  target: { kind: 'file', path: 'domain.crt' },
  certificate: leaf.certificate,
  issuer: issuer.certificate,
  urls,
});

/** DNS with these addresses for every name. */
const dns = (...addresses: readonly string[]): Tools =>
  tools({
    rules: {
      ...tools().rules,
      lookup: (_name, _options, callback) =>
        callback(
          null,
          addresses.map((address) => ({ address, family: address.includes(':') ? 6 : 4 })),
        ),
    },
  });

describe('DNS', () => {
  it.each<[string, string, Tools, string, string]>([
    [
      'both families',
      'http://ocsp.example.test/',
      dns('8.8.4.4', '2606:4700::1'),
      'ok',
      'ocsp.example.test: IPv4 8.8.4.4; IPv6 2606:4700::1',
    ],
    [
      'one family',
      'http://ocsp.example.test/',
      dns('8.8.4.4'),
      'ok',
      'ocsp.example.test: IPv4 8.8.4.4; IPv6 none',
    ],
    ['an address', 'http://8.8.4.4/', tools(), 'note', '8.8.4.4 is an address, no name'],
    ['an IPv6 address', 'http://[2606:4700::1]/', tools(), 'note', '2606:4700::1 is an address, no name'],
    ['no URL', 'nowhere', tools(), 'problem', 'nowhere is no URL'],
  ])('says of %s what there is', async (_sentence, url, given, outcome, detail) => {
    const { findings } = await checkDns(known(url), given);
    expect(findings).toMatchObject([{ title: 'DNS', outcome, detail }]);
  });

  it('refuses what leads into private networks, and says which switch allows it', async () => {
    const { findings, known: found } = await checkDns(known('http://ocsp.example.test/'), dns('10.0.0.1'));
    expect(findings).toMatchObject([
      { outcome: 'problem', advice: 'if that responder is yours: --allow-host ocsp.example.test' },
    ]);
    expect(found?.places).toEqual([]);
  });

  it('tells a name that is gone', async () => {
    const gone = Object.assign(new Error('getaddrinfo ENOTFOUND ocsp.example.test'), { code: 'ENOTFOUND' });
    const given = tools({
      rules: { ...tools().rules, lookup: (_name, _options, callback) => callback(gone, []) },
    });
    const { findings } = await checkDns(known('http://ocsp.example.test/'), given);
    expect(findings[0]?.detail).toContain('ENOTFOUND');
    expect(findings[0]?.advice).toContain('getent ahosts ocsp.example.test');
  });
});

/** A machine without a way into the IPv6 internet. */
const connect: Tools['connect'] = (address) =>
  Promise.resolve(address.includes(':') ? 'network is unreachable (ENETUNREACH)' : undefined);

describe('TCP', () => {
  it('tells a dead family from a dead responder', async () => {
    const url = new URL('http://ocsp.example.test/');
    const place = { url, port: '80', addresses: ['8.8.4.4', '2606:4700::1'] };
    const { findings } = await checkTcp({ ...known(), places: [place] }, tools({ connect }));
    expect(findings).toMatchObject([
      { outcome: 'ok', detail: '8.8.4.4:80 connects' },
      {
        outcome: 'problem',
        detail: '[2606:4700::1]:80: network is unreachable (ENETUNREACH)',
        meaning: expect.stringContaining('happy eyeballs'),
      },
    ]);
  });
});

describe('the cause', () => {
  const url = 'http://ocsp.example.test/';
  const timeout = new TransportError('http-timeout', 'no connection within 5 s', url);
  const asked = {
    exchanges: [],
    der: undefined,
    nonce: undefined,
    error: timeout,
    verdict: undefined,
    method: undefined,
  };
  const told = (found: Partial<Known>) => conclude(timeout, { ...known(url), asked, ...found }, [], tools());

  it('of a name server that is silent is not the responder', async () => {
    const silent = Object.assign(new Error('getaddrinfo EAI_AGAIN'), { code: 'EAI_AGAIN' });
    const given = tools({
      rules: { ...tools().rules, lookup: (_name, _options, callback) => callback(silent, []) },
    });
    const { known: found } = await checkDns(known(url), given);
    expect(told(found ?? {})).toEqual({
      cause: 'the name server of this machine does not answer: no connection within 5 s',
      next: 'cat /etc/resolv.conf',
    });
  });

  it('of addresses that all let nobody in is not slowness', async () => {
    const place = { url: new URL(url), port: '80', addresses: ['8.8.4.4'] };
    const dead = tools({ connect: () => Promise.resolve('no connection within 5s') });
    const { known: found } = await checkTcp({ ...known(), places: [place] }, dead);
    expect(told(found ?? {})).toEqual({
      cause:
        'nobody takes connections where the responder should be, or a firewall drops them on the way: no connection within 5 s',
      next: 'curl -v --connect-timeout 10 http://ocsp.example.test/',
    });
  });

  it('of one that takes connections and says nothing is', () => {
    expect(told({ isAnyUp: true })).toEqual({
      cause: 'the responder, or the way to it, is too slow: no connection within 5 s',
      next: 'curl -v --max-time 120 -o /dev/null http://ocsp.example.test/',
    });
  });
});
