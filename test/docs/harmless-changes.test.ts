/** Every change that docs/rfc-conformance.md calls harmless, made: the verdict stays what it was. */
import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { createOcspSigner } from '../../src/demo/pki/entity.ts';
import { explicit, bitString, integer, nullValue, sequence } from '../../src/der/writer.ts';
import { decodeWhole } from '../../src/der/reader.ts';
import { readResponse } from '../../src/ocsp/read-response.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { encodeAlgorithmIdentifier } from '../../src/x509/algorithm-identifier.ts';
import { OPTIONS, altered, issuerResponds, pki, respond, rsaDelegate } from '../ocsp/rules/row.ts';
import { flipBit, rawResponse } from '../support/alter.ts';

const PAGE = readFileSync(new URL('../../docs/rfc-conformance.md', import.meta.url), 'utf8');

const byDelegate = respond();
const byIssuer = issuerResponds();
const byRsa = respond({ signer: rsaDelegate({}) });
const byPss = respond({ signer: rsaDelegate({ padding: 'pss' }) });

const own = pki.delegate.certificate.raw;
const stranger = pki.stranger.certificate.raw;

const renewed = createOcspSigner(pki.issuer, {
  name: pki.delegate.certificate.subject,
  keys: pki.delegate.keys,
  serial: 0x4000,
  notBefore: pki.delegate.certificate.notBefore,
  notAfter: pki.delegate.certificate.notAfter,
}).certificate.raw;

/** `certs [0]` with nothing in it, which the encoder leaves out. */
function withEmptyList(): Buffer {
  const { tbs, signatureAlgorithm, signature } = readResponse(byIssuer);
  const fields = [tbs, encodeAlgorithmIdentifier(signatureAlgorithm), bitString(signature)];
  return rawResponse(0, sequence(...fields, explicit(0, sequence())));
}

/** RSASSA-PSS with its trailer field spelt out. */
function withTrailer(): Buffer {
  const { algorithm, parameters = sequence() } = readResponse(byPss).signatureAlgorithm;
  const fields = decodeWhole(parameters, 'RSASSA-PSS-params', (reader) =>
    reader.sequenceOf((field) => field.raw()),
  );
  return altered(
    { signatureAlgorithm: { algorithm, parameters: sequence(...fields, explicit(3, integer(1))) } },
    byPss,
  );
}

/** The order of P-256 (FIPS 186-4, D.1.2.3). */
const ORDER = 0xffffffff00000000ffffffffffffffffbce6faada7179e84f3b9cac2fc632551n;

/** (r, n - s) for (r, s): either verifies under the same key. */
function twin(signature: Buffer): Buffer {
  const [r = Buffer.alloc(0), s = Buffer.alloc(0)] = decodeWhole(signature, 'Ecdsa-Sig-Value', (reader) =>
    reader.sequenceOf((number) => number.integer()),
  );
  const digits = (ORDER - BigInt(`0x${s.toString('hex')}`)).toString(16);
  const octets = Buffer.from(digits.padStart(digits.length + (digits.length % 2), '0'), 'hex');
  const positive = (octets[0] ?? 0) < 0x80 ? octets : Buffer.concat([Buffer.of(0), octets]);
  return sequence(integer(r), integer(positive));
}

/** By the words with which the page begins its entry. */
const CHANGES: readonly {
  readonly entry: string;
  readonly before: Buffer;
  readonly after: readonly Buffer[];
}[] = [
  {
    entry: 'certificates that sign nothing',
    before: byDelegate,
    after: [
      altered({ certs: [own, flipBit(stranger)] }, byDelegate),
      altered({ certs: [own, stranger] }, byDelegate),
      altered({ certs: [stranger, own] }, byDelegate),
    ],
  },
  { entry: 'an empty list of certificates', before: byIssuer, after: [withEmptyList()] },
  {
    entry: 'the certificate of the signer',
    before: byDelegate,
    after: [altered({ certs: [renewed] }, byDelegate)],
  },
  {
    entry: 'parameters that mean nothing',
    before: byRsa,
    after: [
      altered(
        { signatureAlgorithm: { ...readResponse(byRsa).signatureAlgorithm, parameters: undefined } },
        byRsa,
      ),
      altered(
        { signatureAlgorithm: { ...readResponse(byRsa).signatureAlgorithm, parameters: nullValue() } },
        byRsa,
      ),
    ],
  },
  { entry: 'parameters that mean nothing', before: byPss, after: [withTrailer()] },
  {
    entry: 'an ECDSA signature',
    before: byIssuer,
    after: [altered({ signature: twin(readResponse(byIssuer).signature) }, byIssuer)],
  },
];

describe('what can be changed in a response', () => {
  it('is on the page, each with the change that is made here', () => {
    const section = PAGE.split('\n## ').find((text) => text.startsWith('What can be changed')) ?? '';
    const listed = Array.from(section.matchAll(/^- (.+)$/gm), ([, text = '']) => text);
    const entries = [...new Set(CHANGES.map(({ entry }) => entry))];
    expect(listed.map((text) => entries.find((entry) => text.startsWith(entry)))).toEqual(entries);
  });

  it.each(CHANGES)('$entry: the response says the same', ({ before, after }) => {
    const { certStatus, thisUpdate, validUntil, signer } = verifyResponse(before, OPTIONS);
    for (const changed of after) {
      const verdict = verifyResponse(changed, OPTIONS);
      expect(verdict).toMatchObject({ certStatus, thisUpdate, validUntil });
      expect(verdict.signer.kind).toBe(signer.kind);
    }
  });
});
