import { describe, expect, it } from 'vitest';
import {
  ConfigError,
  DerError,
  type ErrorCode,
  InputError,
  KeeperError,
  ResponseError,
  ServerError,
  type TransportCode,
  TransportError,
} from '../../src/errors.ts';
import { refuseOverRevocation, revocationOf } from '../../src/keeper/revocation.ts';
import { retryAfterOf } from '../../src/http/retry-policy.ts';
import { complaintOf, isPassing, signOf } from '../../src/keeper/trouble.ts';
import type { Answer, Revocation } from '../../src/keeper/work.ts';
import type { CertStatus } from '../../src/ocsp/cert-status.ts';

const URL = 'http://ocsp.example/';
const transport = (code: TransportCode): TransportError => new TransportError(code, 'x', URL);

describe('the end of an attempt says of the responder', () => {
  it.each<readonly [string, unknown, ReturnType<typeof signOf>]>([
    ['up: a staple', undefined, 'up'],
    ['up: revoked, which is an answer', new ResponseError('certificate-revoked', 'x'), 'up'],
    ['up: it does not know this certificate', new ResponseError('certificate-unknown', 'x'), 'up'],
    ['up: unauthorized', new ResponseError('responder-unauthorized', 'x'), 'up'],
    ['up: a rule that this answer breaks', new ResponseError('signature-invalid', 'x'), 'up'],
    ['up: it answered, and the disk is full', new InputError('output-unwritable', 'x'), 'up'],
    ['up: what an edge has kept too long', new ResponseError('response-expired', 'x'), 'up'],
    ['up: the same by a bound of the user', new ResponseError('response-too-old', 'x'), 'up'],
    ['down: tryLater', new ResponseError('responder-try-later', 'x'), 'down'],
    ['down: internalError', new ResponseError('responder-internal-error', 'x'), 'down'],
    ['down: nobody there', transport('http-unreachable'), 'down'],
    ['down: no answer in time', transport('http-timeout'), 'down'],
    ['down: a status', transport('http-status'), 'down'],
    ['down: a page', transport('http-not-ocsp'), 'down'],
    ['down: a redirect to nowhere', transport('redirect-refused'), 'down'],
    ['down: bytes that are no DER', new DerError('der-malformed', 'OCSPResponse', 'x'), 'down'],
    ['none: its address is refused here', transport('address-refused'), 'none'],
    ['none: its URL is none', transport('url-invalid'), 'none'],
    ['none: the certificate names nobody', new InputError('responder-url-missing', 'x'), 'none'],
    ['none: the certificate has expired', new InputError('certificate-expired', 'x'), 'none'],
    ['none: a fault of restaple', new TypeError('x is not a function'), 'none'],
    ['none: something thrown that is no error', 'x', 'none'],
  ])('%s', (_, error, sign) => {
    expect(signOf(error)).toBe(sign);
  });
});

describe('a failure', () => {
  it.each<ErrorCode>([
    'http-unreachable',
    'http-timeout',
    'http-status',
    'http-too-large',
    'http-not-ocsp',
    'proxy-failed',
    'redirect-refused',
    'der-malformed',
    'asn1-unexpected',
    'output-unwritable',
    'responder-try-later',
    'responder-internal-error',
    'response-expired',
    'response-too-old',
    'response-outlives-signer',
    'certificate-unknown',
  ])('may pass: %s', (code) => {
    expect(isPassing(code)).toBe(true);
  });

  it.each<ErrorCode>([
    'url-invalid',
    'address-refused',
    'http-tls-failed',
    'pem-malformed',
    'certificate-revoked',
    'certificate-expired',
    'issuer-not-found',
    'responder-url-missing',
    'responder-unauthorized',
    'responder-malformed-request',
    'signature-invalid',
    'signer-not-authorized',
    'certid-mismatch',
    'this-update-in-future',
    'internal',
  ])('will be the same tomorrow: %s', (code) => {
    expect(isPassing(code)).toBe(false);
  });
});

describe('Retry-After', () => {
  it.each<readonly [string, unknown, number | undefined]>([
    [
      'is what came with the status',
      new TransportError('http-status', 'x', URL, 503, { retryAfterMs: 120_000 }),
      120_000,
    ],
    [
      'is what came beside tryLater',
      new ResponseError('responder-try-later', 'x', { retryAfterMs: 90_000 }),
      90_000,
    ],
    ['may be nothing', new TransportError('http-status', 'x', URL, 429, { retryAfterMs: 0 }), 0],
    ['is missing where none came', new TransportError('http-status', 'x', URL, 503), undefined],
    ['is missing where nobody answered', transport('http-unreachable'), undefined],
    ['is missing in a fault of restaple', new Error('x'), undefined],
    ['is missing after a success', undefined, undefined],
  ])('%s', (_, error, expected) => {
    expect(retryAfterOf(error)).toBe(expected);
  });
});

describe('a complaint', () => {
  const broken = new ConfigError([{ file: 'a.yaml', line: 1, column: 2, path: 'b', message: 'is none' }]);
  it.each<readonly [string, unknown, { readonly code: ErrorCode; readonly message: string }]>([
    ['of a network', transport('http-timeout'), { code: 'http-timeout', message: 'x' }],
    ['of a rule', new ResponseError('response-expired', 'y'), { code: 'response-expired', message: 'y' }],
    ['of a server', new ServerError('server-refused', 'z'), { code: 'server-refused', message: 'z' }],
    ['of a store', new KeeperError('store-locked', 'z'), { code: 'store-locked', message: 'z' }],
    ['of a config', broken, { code: 'config-invalid', message: 'a.yaml:1:2: b: is none' }],
    ['of what is no error', 'out of words', { code: 'internal', message: 'out of words' }],
    [
      'of an error without a stack',
      Object.assign(new Error('bare'), { stack: undefined }),
      { code: 'internal', message: 'bare' },
    ],
  ])('%s has its code and its words', (_, error, expected) => {
    expect(complaintOf(error)).toEqual(expected);
  });

  it('of a fault of restaple says where it was', () => {
    const { code, message } = complaintOf(new TypeError('x is not a function'));
    expect(code).toBe('internal');
    expect(message).toContain('TypeError: x is not a function');
    expect(message).toContain('trouble.test.ts');
  });
});

const SINCE = Date.UTC(2026, 1, 25, 21);
const answer = (certStatus: CertStatus): Answer<undefined> => ({
  certStatus,
  thisUpdate: SINCE,
  validUntil: SINCE + 86_400_000,
  responder: URL,
  notModified: false,
  freshForMs: 0,
  response: undefined,
});
const revokedFor = (reason: number | undefined): CertStatus => ({
  type: 'revoked',
  revocationTime: new Date(Date.UTC(2026, 1, 24, 20)),
  reason,
});

describe('an answer that says revoked', () => {
  const words = 'the certificate is revoked since 2026-02-24T20:00:00Z';
  it.each<readonly [string, number | undefined, Revocation]>([
    ['for good, without a reason', undefined, { since: SINCE, onHold: false, message: words }],
    ['for good, with one', 1, { since: SINCE, onHold: false, message: `${words}, keyCompromise` }],
    ['on hold', 6, { since: SINCE, onHold: true, message: `${words}, certificateHold` }],
  ])('is remembered: %s', (_, reason, expected) => {
    expect(revocationOf(answer(revokedFor(reason)))).toEqual(expected);
  });

  it.each<CertStatus['type']>(['good', 'unknown'])('is not one that says %s', (type) => {
    const status: CertStatus = type === 'revoked' ? revokedFor(1) : { type };
    expect(revocationOf(answer(status))).toBeUndefined();
  });
});

describe('good after revoked', () => {
  const kept = (onHold: boolean): Revocation => ({
    since: SINCE,
    onHold,
    message: 'the certificate is revoked',
  });
  const refused = expect.objectContaining({
    code: 'certificate-revoked',
    message: 'the certificate is revoked; an older answer still calls it good',
  });

  it.each<readonly [string, boolean, number, boolean]>([
    ['a hold that a newer answer takes back', true, SINCE + 1, false],
    ['a newer answer that somebody asked for by hand', false, SINCE + 1, true],
  ])('is taken: %s', (_, onHold, thisUpdate, isByHand) => {
    expect(() => {
      refuseOverRevocation(kept(onHold), thisUpdate, isByHand);
    }).not.toThrow();
  });

  it.each<readonly [string, boolean, number, boolean]>([
    ['revoked for good, however new the answer', false, SINCE + 86_400_000, false],
    ['a hold, by an answer of the same moment', true, SINCE, false],
    ['a hold, by an older answer', true, SINCE - 1, false],
    ['an older answer, by hand', false, SINCE - 1, true],
    ['an older answer over a hold, by hand', true, SINCE - 1, true],
  ])('is refused: %s', (_, onHold, thisUpdate, isByHand) => {
    expect(() => {
      refuseOverRevocation(kept(onHold), thisUpdate, isByHand);
    }).toThrow(refused);
  });
});
