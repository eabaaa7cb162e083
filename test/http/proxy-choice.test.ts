import { describe, expect, it } from 'vitest';
import { proxyChoice } from '../../src/http/proxy-choice.ts';

const HTTP = 'http://ocsp.example/';
const HTTPS = 'https://ocsp.example/';
const A = 'http://a.proxy:1/';
const B = 'http://b.proxy:2/';
const chosen = (
  url: string,
  given: string | undefined,
  env: Record<string, string> = {},
): string | undefined => proxyChoice(given, env)(new URL(url))?.href;

describe('the proxy', () => {
  it.each<
    [
      sentence: string,
      url: string,
      given: string | undefined,
      env: Record<string, string>,
      proxy: string | undefined,
    ]
  >([
    ['none', HTTP, undefined, {}, undefined],
    ['of --proxy', HTTP, A, {}, A],
    ['of --proxy before the environment', HTTPS, A, { https_proxy: B, all_proxy: B }, A],
    ['none at all, by --proxy without a value', HTTP, '', { http_proxy: A, all_proxy: B }, undefined],
    ['of http_proxy', HTTP, undefined, { http_proxy: A }, A],
    ['of http_proxy is not for https', HTTPS, undefined, { http_proxy: A }, undefined],
    ['of HTTP_PROXY never', HTTP, undefined, { HTTP_PROXY: A }, undefined],
    ['of https_proxy', HTTPS, undefined, { https_proxy: A, http_proxy: B }, A],
    ['of HTTPS_PROXY', HTTPS, undefined, { HTTPS_PROXY: A }, A],
    ['in small letters first', HTTPS, undefined, { HTTPS_PROXY: B, https_proxy: A }, A],
    ['of all_proxy', HTTP, undefined, { all_proxy: A, ALL_PROXY: B }, A],
    ['of ALL_PROXY', HTTPS, undefined, { ALL_PROXY: A }, A],
    ['of the scheme before all_proxy', HTTP, undefined, { all_proxy: B, http_proxy: A }, A],
    [
      'of the schemes, whatever all_proxy is',
      HTTP,
      undefined,
      { all_proxy: 'socks://c.proxy', http_proxy: A, https_proxy: B },
      A,
    ],
    ['not of an empty variable', HTTP, undefined, { http_proxy: '', all_proxy: A }, A],
    ['without a scheme', HTTP, 'a.proxy:1', {}, A],
    ['with an address alone', HTTP, '127.0.0.1:3128', {}, 'http://127.0.0.1:3128/'],
    ['with a password', HTTP, 'socks5h://u:p@a.proxy', {}, 'socks5h://u:p@a.proxy'],
  ])('%s', (_sentence, url, given, env, proxy) => {
    expect(chosen(url, given, env)).toBe(proxy);
  });

  it.each([
    ['--proxy', 'ftp://u:secret@a.proxy/', {}],
    ['--proxy', 'http://', {}],
    ['--proxy', 'u:secret@a b', {}],
    ['http_proxy', undefined, { http_proxy: 'socks9://u:secret@a.proxy' }],
    ['ALL_PROXY', undefined, { ALL_PROXY: 'http://u:secret@:x/' }],
    ['all_proxy', undefined, { all_proxy: 'socks://u:secret@a.proxy', http_proxy: A }],
    ['--proxy', `socks5://u:${'secret'.repeat(43)}@a.proxy`, {}],
    ['all_proxy', undefined, { all_proxy: `socks5h://${'%73ecret'.repeat(43)}@a.proxy` }],
  ])('%s that is none is wrong usage, and no password is told', (name, given, env) => {
    const choose = (): unknown => proxyChoice(given, env);
    expect(choose).toThrow(expect.objectContaining({ code: 'usage-invalid' }));
    expect(choose).toThrow(new RegExp(`^${name} (?:is|has) `));
    expect(choose).not.toThrow(/secret/);
  });
});

const direct = (host: string, env: Record<string, string>): boolean =>
  chosen(`http://${host}/`, A, env) === undefined;

describe('no_proxy', () => {
  it.each<[list: string, yes: readonly string[], no: readonly string[]]>([
    ['*', ['ocsp.example', '10.0.0.1', '[::1]'], []],
    ['a.test, *', ['ocsp.example'], []],
    ['example', ['example', 'ocsp.example', 'a.ocsp.EXAMPLE', 'ocsp.example.'], ['myexample', 'example.com']],
    ['.example', ['example', 'ocsp.example'], ['myexample']],
    ['Example.,  b.test', ['ocsp.example', 'b.test'], ['a.test']],
    ['10.0.0.1', ['10.0.0.1', '167772161'], ['10.0.0.2', '10.0.0.1.example']],
    ['10.0.0.0/8 192.168.1.0/24', ['10.9.8.7', '192.168.1.1'], ['192.168.2.1', '11.0.0.1']],
    ['[fd00::]/8,2001:db8::1', ['[fd12::1]', '[2001:db8:0::1]'], ['[2001:db8::2]']],
    ['10.0.0.0/33,10.0.0.0/x', [], ['10.0.0.0']],
    ['10.0.0.0/,10.0.0.0/8/9,10.0.0.0/0x8,10.0.0.0/-8', [], ['10.0.0.0', '10.9.8.7', '127.0.0.1']],
    [' , ', [], ['ocsp.example']],
  ])('%s', (list, yes, no) => {
    for (const env of [{ no_proxy: list }, { NO_PROXY: list }, { no_proxy: list, NO_PROXY: 'other' }]) {
      expect(yes.filter((host) => !direct(host, env))).toEqual([]);
      expect(no.filter((host) => direct(host, env))).toEqual([]);
    }
  });
});
