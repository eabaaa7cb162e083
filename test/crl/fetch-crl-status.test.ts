/** Which CRLs of a certificate are asked for, in which order, and which failure is told. */
import { describe, expect, it } from 'vitest';
import { type CrlStatus, fetchCrlStatus } from '../../src/crl/fetch-crl-status.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { extension } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { constructed, primitive } from '../../src/der/tags.ts';
import { explicit, sequence, tlv } from '../../src/der/writer.ts';
import { RestapleError, TransportError } from '../../src/errors.ts';
import type { HttpRequest } from '../../src/http/client.ts';
import { OID } from '../../src/x509/oids.ts';
import { entry, fullName, uriName } from '../support/crl.ts';
import { testKeys } from '../support/keys.ts';
import { NOW } from '../support/pki.ts';
import { crl, pki } from './world.ts';

const A = 'http://a.test/1.crl';
const B = 'http://b.test/1.crl';
const REASONS = tlv(primitive(1), Buffer.of(6, 0x40));
const CRL_ISSUER = tlv(constructed(2), uriName('urn:other'));
const point = (...urls: readonly string[]): Buffer => sequence(fullName(...urls));

const served = (body: Buffer) => ({ status: 200, statusText: 'OK', headers: {}, body, address: '192.0.2.1' });

interface World {
  readonly points: readonly Buffer[];
  /** What is answered, by URL; a time-out where nothing is. */
  readonly answers: Readonly<Record<string, Buffer>>;
  readonly now?: Date;
}

/** The status and what was asked for it, or the error. */
async function ask({ points, answers, now = NOW }: World) {
  const asked: HttpRequest[] = [];
  const { certificate } = createServer(pki.issuer, {
    name: name([['CN', 'www.example.test']]),
    keys: testKeys('p256', 3),
    serial: 0x3000,
    notBefore: pki.leaf.certificate.notBefore,
    notAfter: pki.leaf.certificate.notAfter,
    extensions: [extension(OID.cRLDistributionPoints, sequence(...points))],
  });
  const exchange = (request: HttpRequest) => {
    asked.push(request);
    const body = answers[request.url.href];
    if (body) return Promise.resolve(served(body));
    return Promise.reject(
      new TransportError('http-timeout', `no answer from ${request.url.host}`, request.url.href),
    );
  };
  let result: CrlStatus | RestapleError;
  try {
    result = await fetchCrlStatus({
      certificate,
      issuer: pki.issuer.certificate,
      client: { exchange, close: () => undefined },
      now,
      allowSha1: false,
      headers: [['X-Test', '1']],
      timeoutMs: 1001,
    });
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    result = error;
  }
  return { result, asked };
}

const good = crl();
const revoked = crl({ entries: [entry(Buffer.of(0x30, 0))] });
const strange = crl({ signer: pki.stranger });
const page = Buffer.from('<html>');

describe('fetchCrlStatus', () => {
  it('asks as the address rules want: nobody vouches for a URL out of a certificate', async () => {
    const { asked } = await ask({ points: [point(A, B)], answers: { [B]: good } });
    expect(asked).toMatchObject([
      {
        url: new URL(A),
        method: 'GET',
        headers: [['X-Test', '1']],
        maxBytes: 67_108_864,
        answerTimeoutMs: 501,
      },
      { url: new URL(B) },
    ]);
    expect(asked.map(({ trusted }) => trusted)).toEqual([undefined, undefined]);
  });

  it.each<[string, readonly Buffer[], Readonly<Record<string, Buffer>>, object]>([
    [
      'the first that tells',
      [point(A, B)],
      { [A]: good, [B]: revoked },
      { certStatus: { type: 'good' }, url: A, notes: [] },
    ],
    [
      'the second where the first is silent',
      [point(A), point(B)],
      { [B]: revoked },
      { certStatus: { type: 'revoked' }, url: B, notes: ['no answer from a.test'] },
    ],
    [
      'the second where the first is of another CA',
      [point(A, B)],
      { [A]: strange, [B]: good },
      { url: B, notes: [expect.stringContaining(`${A}: the CRL was issued by `)] },
    ],
    [
      'a point of the issuer, after others',
      [
        sequence(fullName(A), CRL_ISSUER),
        sequence(fullName(A), REASONS),
        sequence(explicit(0, tlv(constructed(1)))),
        sequence(),
        point(B),
      ],
      { [A]: revoked, [B]: good },
      {
        url: B,
        notes: [
          'a distribution point whose CRL is signed by another than the issuer (cRLIssuer)',
          'a distribution point for some of the reasons only',
          'a distribution point with a name relative to its issuer',
          'a distribution point without a name',
        ],
      },
    ],
    [
      'what is no http URL is passed over',
      [point('ldap://l.test/', 'not a URL', A)],
      { [A]: good },
      { url: A, notes: ['ldap://l.test/ is no http or https URL', 'URI:not a URL is no http or https URL'] },
    ],
  ])('takes %s', async (_, points, answers, status) => {
    expect((await ask({ points, answers })).result).toMatchObject(status);
  });

  it.each<[string, readonly Buffer[], Readonly<Record<string, Buffer>>, string]>([
    ['silence', [point(A, B)], {}, 'http-timeout'],
    ['a page rather than silence', [point(A, B)], { [B]: page }, 'crl-not-served'],
    ['a refused CRL rather than a page', [point(A, B)], { [A]: page, [B]: strange }, 'crl-signer-refused'],
    ['the first of two refused', [point(A, B)], { [A]: good.subarray(0, 50), [B]: strange }, 'crl-malformed'],
    ['that none can be asked', [sequence(fullName(A), CRL_ISSUER)], { [A]: good }, 'crl-not-found'],
  ])('tells of %s', async (_, points, answers, code) => {
    expect((await ask({ points, answers })).result).toMatchObject({ code });
  });

  it('asks for four at most', async () => {
    const urls = [1, 2, 3, 4, 5].map((n) => `http://${n}.test/`);
    const { asked, result } = await ask({ points: [point(...urls)], answers: { 'http://5.test/': good } });
    expect(asked).toHaveLength(4);
    expect(result).toMatchObject({ code: 'http-timeout' });
  });

  it('asks nobody about a certificate that has ended: CRLs forget it', async () => {
    const now = pki.leaf.certificate.notAfter;
    const { asked, result } = await ask({ points: [point(A)], answers: { [A]: good }, now });
    expect(asked).toEqual([]);
    expect(result).toMatchObject({ code: 'certificate-expired' });
  });
});
