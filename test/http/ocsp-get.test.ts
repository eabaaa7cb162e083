import { describe, expect, it } from 'vitest';
import { isGetEligible, ocspGetUrl } from '../../src/http/ocsp-get.ts';

/** Its base64 is `+/+/4Q==`: every character that must be encoded. */
const REQUEST = Buffer.from('fbffbfe1', 'hex');
const ENCODED = '%2B%2F%2B%2F4Q%3D%3D';

const urlOf = (length: number, prefix = 'http://ocsp.example/'): URL => new URL(prefix.padEnd(length, 'A'));

describe('the GET form of a request', () => {
  it.each([
    ['a host alone', 'http://ocsp.example', `http://ocsp.example/${ENCODED}`],
    ['a slash at the end is not doubled', 'http://ocsp.example/', `http://ocsp.example/${ENCODED}`],
    ['a path without a slash gets one', 'http://ocsp.example/ca', `http://ocsp.example/ca/${ENCODED}`],
    ['a path with a slash keeps one', 'http://ocsp.example/ca/', `http://ocsp.example/ca/${ENCODED}`],
    ['many slashes become one', 'http://ocsp.example/ca///', `http://ocsp.example/ca/${ENCODED}`],
    ['slashes inside stay', 'http://ocsp.example//a//b', `http://ocsp.example//a//b/${ENCODED}`],
    ['what is encoded stays', 'http://ocsp.example/a%2Fb%20c', `http://ocsp.example/a%2Fb%20c/${ENCODED}`],
    ['a query stays behind', 'http://ocsp.example/r?ca=1&x=/', `http://ocsp.example/r/${ENCODED}?ca=1&x=/`],
    ['a fragment is dropped', 'http://ocsp.example/r#part', `http://ocsp.example/r/${ENCODED}`],
    ['a query of nothing stays', 'http://ocsp.example/?', `http://ocsp.example/${ENCODED}?`],
    [
      'so does a question mark of a password',
      'http://u:a%3Fb@ocsp.example/',
      `http://u:a%3Fb@ocsp.example/${ENCODED}`,
    ],
    ['a port stays', 'http://ocsp.example:8080/', `http://ocsp.example:8080/${ENCODED}`],
  ])('%s', (_sentence, responder, expected) => {
    expect(ocspGetUrl(new URL(responder), REQUEST).href).toBe(expected);
  });

  it('is the example of RFC 9919 section 5', () => {
    const text =
      'MEowSDBGMEQwQjAKBggqhkiG9w0CBQQQ7sp6GTKpL2dAdeGaW267owQQqInESWQD0mGeBArSgv/BWQIQLJx/g9xF8oySYzol80Mbpg==';
    const url = ocspGetUrl(new URL('http://ocsp.example.com/'), Buffer.from(text, 'base64'));
    expect(url.href).toBe(
      'http://ocsp.example.com/MEowSDBGMEQwQjAKBggqhkiG9w0CBQQQ7sp6GTKpL2dAdeGaW267owQQqInESWQD0mGeBArSgv%2FBWQIQLJx%2Fg9xF8oySYzol80Mbpg%3D%3D',
    );
  });

  it('leaves the responder URL as it was', () => {
    const responder = new URL('http://ocsp.example/ca#x');
    ocspGetUrl(responder, REQUEST);
    expect(responder.href).toBe('http://ocsp.example/ca#x');
  });
});

describe('whether a GET URL is short enough', () => {
  it.each([
    ['255 bytes in all, scheme and host counted, go by GET', urlOf(255), true],
    ['256 bytes do not', urlOf(256), false],
    [
      'a password is not sent in the URL and does not count',
      urlOf(255 + 10, 'http://user:pass@ocsp.example/'),
      true,
    ],
    ['but what is sent does', urlOf(256 + 10, 'http://user:pass@ocsp.example/'), false],
  ])('%s', (_sentence, url, eligible) => {
    expect(isGetEligible(url)).toBe(eligible);
  });

  it.each([
    ['with a SHA-1 CertID and a serial number of 20 bytes goes by GET', 83, true],
    ['with a SHA-256 CertID goes by GET', 111, true],
    ['with SHA-256 and a nonce of 32 bytes goes by POST', 180, false],
  ])('a request %s', (_sentence, bytes, eligible) => {
    expect(isGetEligible(ocspGetUrl(new URL('http://ocsp.example.com'), Buffer.alloc(bytes)))).toBe(eligible);
  });
});
