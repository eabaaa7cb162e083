import { describe, expect, it } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import type { HttpAnswer } from '../../src/http/client.ts';
import { requireOcspBody } from '../../src/http/ocsp-body.ts';

const URL_ASKED = new URL('http://user:secret@ocsp.example/ca');

function answerOf(body: Buffer, type?: string): HttpAnswer {
  const headers = type === undefined ? {} : { 'content-type': type };
  return { status: 200, statusText: 'OK', headers, body, address: '192.0.2.1' };
}

function refusalOf(body: Buffer, type?: string): TransportError {
  try {
    requireOcspBody(answerOf(body, type), URL_ASKED);
  } catch (error) {
    if (error instanceof TransportError) return error;
    throw error;
  }
  throw new Error('not refused');
}

describe('a body that may be an OCSPResponse', () => {
  it.each([
    ['an error response of five bytes', '30030a0106'],
    ['a length of two octets', '308201000a0100a0'],
    ['a length that is not minimal, for the decoder to refuse', '3084000000030a0106'],
    ['an indefinite length, for the decoder to refuse', '30800a01000000'],
    ['a response cut short, for the decoder to refuse', '308206000a0100'],
  ])('%s', (_sentence, hex) => {
    expect(() => requireOcspBody(answerOf(Buffer.from(hex, 'hex'), 'text/html'), URL_ASKED)).not.toThrow();
  });
});

describe('a body that is no OCSPResponse', () => {
  const html = '<!DOCTYPE html>\n\n<html>\t<head>';
  it.each([
    ['nothing at all', Buffer.alloc(0), 'text/html', 'the answer from ocsp.example (192.0.2.1:80) is empty'],
    [
      'a page',
      Buffer.from(html),
      'text/html; charset=utf-8',
      'the answer from ocsp.example (192.0.2.1:80) is text/html; charset=utf-8, not an OCSP response (status 200, 30 bytes): "<!DOCTYPE html> <html> <head>"',
    ],
    [
      'a long page is cut',
      Buffer.from(`${html}${'x'.repeat(5000)}`),
      'text/html',
      `the answer from ocsp.example (192.0.2.1:80) is text/html, not an OCSP response (status 200, 5030 bytes): "<!DOCTYPE html> <html> <head>${'x'.repeat(31)}…"`,
    ],
    [
      'a page that would paint the terminal',
      Buffer.from('<html>\u001B[2J\u202Egood page, is it not?'),
      'text/html',
      String.raw`the answer from ocsp.example (192.0.2.1:80) is text/html, not an OCSP response (status 200, 34 bytes): "<html>\u{1b}[2J\u{202e}good page, is it not?"`,
    ],
    [
      'a content type that would',
      Buffer.from('<'),
      'text/\u009Bhtml',
      String.raw`the answer from ocsp.example (192.0.2.1:80) is text/\u{9b}html, not an OCSP response (status 200, 1 byte): "<"`,
    ],
    [
      'bytes without a type',
      Buffer.from('1f8b0800000000000003ffffffffffffffffffff', 'hex'),
      undefined,
      'the answer from ocsp.example (192.0.2.1:80) is of no content type, not an OCSP response (status 200, 20 bytes): bytes 1f8b0800000000000003ffffffffffff…',
    ],
    [
      'DER of something else, whatever its type says',
      Buffer.from('3003020106', 'hex'),
      'application/ocsp-response',
      'the answer from ocsp.example (192.0.2.1:80) is application/ocsp-response, not an OCSP response (status 200, 5 bytes): bytes 3003020106',
    ],
    [
      'a length whose octets reach past the end',
      Buffer.from('30ff0a', 'hex'),
      'application/ocsp-response',
      'the answer from ocsp.example (192.0.2.1:80) is application/ocsp-response, not an OCSP response (status 200, 3 bytes): bytes 30ff0a',
    ],
    [
      'a character cut in the middle at the end of what is looked at',
      Buffer.from(`${' '.repeat(511)}é and more`),
      'text/plain',
      'the answer from ocsp.example (192.0.2.1:80) is text/plain, not an OCSP response (status 200, 522 bytes): "…"',
    ],
  ])('%s', (_sentence, body, type, message) => {
    const error = refusalOf(body, type);
    expect(error.code).toBe('http-not-ocsp');
    expect(error.status).toBe(200);
    expect(error.message).toBe(message);
    expect(error.url).toBe('http://ocsp.example/ca');
  });

  it('is told to be encoded', () => {
    const body = Buffer.from('1f8b0800000000000003', 'hex');
    const headers = { 'content-type': 'application/ocsp-response', 'content-encoding': 'gzip' };
    const answer = { status: 200, statusText: 'OK', headers, body, address: '192.0.2.1' };
    expect(() => requireOcspBody(answer, URL_ASKED)).toThrow(
      'is application/ocsp-response, encoded as gzip, not an OCSP response (status 200, 10 bytes)',
    );
  });
});
