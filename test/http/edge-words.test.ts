/** What edges, firewalls and networks say in place of a responder, in the form in which each of them says it. */
import { describe, expect, it } from 'vitest';
import type { EdgeSign } from '../../src/errors.ts';
import { edgeSign, edgeWords } from '../../src/http/edge-words.ts';
import type { HttpAnswer } from '../../src/http/message.ts';

const answerOf = (status: number, headers: HttpAnswer['headers'], body = ''): HttpAnswer => ({
  status,
  statusText: '',
  headers,
  body: Buffer.from(body),
  address: '192.0.2.1',
});

const HTML = { 'content-type': 'text/html; charset=UTF-8' };
const page = (title: string, text = ''): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head><body>${text}</body></html>`;
const CLOUDFRONT = 'ERROR: The request could not be satisfied';

const told = (answer: HttpAnswer, host = 'ocsp.example'): { sign: EdgeSign | undefined; words: string } => {
  const sign = edgeSign(answer, host);
  return { sign, words: sign === undefined ? '' : edgeWords(sign, answer, '192.0.2.1:80', host) };
};

describe('it is told apart', () => {
  it.each<[sentence: string, answer: HttpAnswer, sign: EdgeSign, words: string]>([
    [
      'Cloudflare, asked for a name it does not serve',
      answerOf(403, { 'content-type': 'text/plain', server: 'cloudflare' }, 'error code: 1003'),
      'host-not-served',
      'the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example: "error code: 1003"',
    ],
    [
      'Cloudflare, whose page is for people',
      answerOf(409, HTML, page('DNS resolution error | x | Cloudflare', 'Error 1001')),
      'host-not-served',
      'the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example: "DNS resolution error | x | Cloudflare"',
    ],
    [
      'CloudFront, asked for a name it does not serve',
      answerOf(
        403,
        HTML,
        page(CLOUDFRONT, '<h2>The request could not be satisfied.</h2> Bad request. We can'),
      ),
      'host-not-served',
      `the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example: "${CLOUDFRONT}"`,
    ],
    [
      'Fastly, asked for a name it does not serve',
      answerOf(500, { 'content-type': 'text/plain' }, 'Fastly error: unknown domain: ocsp.example.'),
      'host-not-served',
      'the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example: "Fastly error: unknown domain: ocsp.example."',
    ],
    [
      'Akamai, asked for a name it does not serve',
      answerOf(400, HTML, '<HTML><HEAD>\n<TITLE>Invalid URL</TITLE>\n</HEAD>'),
      'host-not-served',
      'the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example: "Invalid URL"',
    ],
    [
      '421: a connection for other names',
      answerOf(421, {}),
      'host-not-served',
      'the edge at 192.0.2.1:80 does not serve this Host; it got Host: ocsp.example',
    ],
    ['429', answerOf(429, {}), 'rate-limited', '192.0.2.1:80 was asked too often'],
    [
      '429 that says how long to wait',
      answerOf(429, { 'retry-after': '120' }),
      'rate-limited',
      '192.0.2.1:80 was asked too often; it asks to wait 2m',
    ],
    [
      'Cloudflare, where the responder behind it refuses connections',
      answerOf(521, { ...HTML, server: 'cloudflare', 'cf-ray': '8f0-FRA' }, page('Web server is down')),
      'origin-gone',
      'the edge at 192.0.2.1:80 (Server: cloudflare) cannot reach the responder behind it',
    ],
    [
      'a cache, where the responder behind it does not answer',
      answerOf(503, { via: '1.1 varnish', 'retry-after': '30' }),
      'origin-gone',
      'the edge at 192.0.2.1:80 (Via: 1.1 varnish) cannot reach the responder behind it; it asks to wait 30s',
    ],
    [
      'a firewall of Cloudflare',
      answerOf(403, HTML, page('Attention Required! | Cloudflare')),
      'blocked',
      'the edge at 192.0.2.1:80 does not let this machine in: "Attention Required! | Cloudflare"',
    ],
    [
      'a riddle for browsers',
      answerOf(403, HTML, page('Just a moment...')),
      'blocked',
      'the edge at 192.0.2.1:80 does not let this machine in: "Just a moment..."',
    ],
    [
      'a firewall of CloudFront',
      answerOf(403, HTML, page(CLOUDFRONT, 'The request could not be satisfied. Request blocked.')),
      'blocked',
      `the edge at 192.0.2.1:80 does not let this machine in: "${CLOUDFRONT}"`,
    ],
    [
      'a firewall of Akamai',
      answerOf(403, HTML, '<HTML><HEAD>\n<TITLE>Access Denied</TITLE>\n</HEAD>'),
      'blocked',
      'the edge at 192.0.2.1:80 does not let this machine in: "Access Denied"',
    ],
    [
      'a network that wants a login (RFC 6585)',
      answerOf(511, HTML, page('Guest Wi-Fi')),
      'portal',
      'the network wants a login before it lets anybody to 192.0.2.1:80: "Guest Wi-Fi"',
    ],
  ])('%s', (_sentence, answer, sign, words) => {
    expect(told(answer)).toEqual({ sign, words });
  });

  it.each(['192.0.2.1', '192.0.2.1:8080', '[2001:db8::1]', '[2001:db8::1]:80'])(
    '403 for an address in place of a name: %s',
    (host) => {
      expect(told(answerOf(403, {}), host)).toEqual({
        sign: 'host-not-served',
        words: `the edge at 192.0.2.1:80 does not serve this Host; it got Host: ${host}`,
      });
    },
  );
});

describe('what a responder may say itself is left alone', () => {
  it.each([
    ['403 for its own name', answerOf(403, HTML, page('403 Forbidden'))],
    ['404', answerOf(404, HTML, page('404 Not Found'))],
    ['500', answerOf(500, {}, 'Internal Server Error')],
    ['503 of no edge', answerOf(503, { server: 'EJBCA' })],
    [
      '503 with the Via of the proxy that it came through',
      { ...answerOf(503, { via: '1.1 squid' }), proxy: 'proxy.example:3128' },
    ],
  ])('%s', (_sentence, answer) => {
    expect(edgeSign(answer, 'ocsp.example')).toBeUndefined();
  });
});

describe('hostile text', () => {
  it('paints no terminal and stays in one short line', () => {
    const title = `\u001B[2J\u202Egood\n\n${'x'.repeat(500)}`;
    const { words } = told(answerOf(403, { ...HTML }, page(`Access denied ${title}`)));
    expect(words).toMatch(/^[^\p{Cc}\p{Cf}]{1,200}$/u);
    expect(words).toContain(String.raw`"Access denied \u{1b}[2J\u{202e}good xxx`);
  });

  it('is not searched beyond its head, whatever its size', () => {
    const late = `${' '.repeat(200_000)}error code: 1003`;
    expect(edgeSign(answerOf(500, {}, late), 'ocsp.example')).toBeUndefined();
    expect(edgeSign(answerOf(500, HTML, '<title'.repeat(50_000)), 'ocsp.example')).toBeUndefined();
    expect(
      edgeSign(answerOf(403, HTML, 'request could not be satisfied'.repeat(9_000)), 'ocsp.example'),
    ).toBe(undefined);
  });
});
