/** A good response with one byte changed, at every place: refused, or changed where nothing is signed and nothing hangs on it. */
import { isDeepStrictEqual } from 'node:util';
import { describe, expect, it } from 'vitest';
import { RestapleError } from '../../src/errors.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { explainResponse } from '../../src/ocsp/explain-response.ts';
import { readResponse } from '../../src/ocsp/read-response.ts';
import { type Verdict, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { testKeys } from '../support/keys.ts';
import { OPTIONS, delegate, issuerResponds, pki, respond, rsaDelegate } from './rules/row.ts';

const responseExtensions = [encodeNonce(Buffer.alloc(32, 7))];
const own = pki.delegate.certificate.raw;
const bystanders = [pki.root.certificate.raw, pki.strangerDelegate.certificate.raw];

/** `harmless`: the certificates, by their place in the response, that have no part in the verdict. */
const RESPONSES: readonly {
  readonly says: string;
  readonly der: Buffer;
  readonly harmless: readonly number[];
}[] = [
  { says: 'by the issuer, ECDSA, byKey', der: issuerResponds({ responseExtensions }), harmless: [] },
  { says: 'by the issuer, ECDSA, byName', der: issuerResponds({ responderID: 'byName' }), harmless: [] },
  { says: 'by a delegate, ECDSA, byKey', der: respond({ responseExtensions }), harmless: [] },
  { says: 'by a delegate, ECDSA, byName', der: respond({ responderID: 'byName' }), harmless: [] },
  { says: 'by a delegate, RSA PKCS#1', der: respond({ signer: rsaDelegate({}) }), harmless: [] },
  { says: 'by a delegate, RSA PSS', der: respond({ signer: rsaDelegate({ padding: 'pss' }) }), harmless: [] },
  {
    says: 'by a delegate, Ed25519',
    der: respond({ signer: delegate({ keys: testKeys('ed25519') }) }),
    harmless: [],
  },
  {
    says: 'by the issuer, with certificates that nobody needs',
    der: issuerResponds({ certs: bystanders }),
    harmless: [0, 1],
  },
  {
    says: 'by a delegate, among certificates that nobody needs',
    der: respond({ certs: [bystanders[0] ?? own, own, bystanders[1] ?? own] }),
    harmless: [0, 2],
  },
];

interface Region {
  readonly start: number;
  readonly end: number;
}

/** Where a view into `der` lies: the decoder copies nothing. */
function regionOf(der: Buffer, view: Buffer): Region {
  const start = view.byteOffset - der.byteOffset;
  return { start, end: start + view.length };
}

const within = (at: number, { start, end }: Region): boolean => at >= start && at < end;

/** Every bit turned over, and the two ends. */
const changes = (byte: number): readonly number[] =>
  [...new Set([0, 1, 2, 3, 4, 5, 6, 7].map((bit) => byte ^ (1 << bit)).concat(0, 0xff))].filter(
    (value) => value !== byte,
  );

function verdictOf(der: Buffer): Verdict | undefined {
  try {
    return verifyResponse(der, OPTIONS);
  } catch (error) {
    if (error instanceof RestapleError) return undefined;
    throw error;
  }
}

interface Mutant {
  readonly at: number;
  readonly der: Buffer;
}

function* mutants(der: Buffer): Generator<Mutant> {
  for (const [at, byte] of der.entries()) {
    for (const value of changes(byte)) {
      const mutant = Buffer.from(der);
      mutant[at] = value;
      yield { at, der: mutant };
    }
  }
}

describe.each(RESPONSES)('a response $says', ({ der, harmless }) => {
  const original = verifyResponse(der, OPTIONS);
  const { tbs, certs } = readResponse(der);
  const signed = regionOf(der, tbs);
  const open = certs.filter((_, i) => harmless.includes(i)).map((cert) => regionOf(der, cert));

  it('with any one byte changed is refused, or says the same by what nobody signed', () => {
    const wrong: string[] = [];
    const taken = new Set<number>();
    for (const mutant of mutants(der)) {
      const verdict = verdictOf(mutant.der);
      if (verdict === undefined) continue;
      taken.add(mutant.at);
      const isOpen = open.some((region) => within(mutant.at, region)) && !within(mutant.at, signed);
      if (!isOpen) wrong.push(`byte ${mutant.at} as ${mutant.der[mutant.at]} is taken`);
      else if (!isDeepStrictEqual(verdict, original)) wrong.push(`byte ${mutant.at} changes the verdict`);
    }
    expect(wrong).toEqual([]);
    // That nothing is taken outside says nothing unless something is taken inside.
    expect(taken.size > 0).toBe(harmless.length > 0);
  });

  it('is explained as it is judged', () => {
    const disagreed: number[] = [];
    for (const mutant of mutants(der)) {
      // One value for each place is enough: what is asked is whether two roads through the rules agree.
      if ((mutant.der[mutant.at] ?? 0) !== ((der[mutant.at] ?? 0) ^ 1)) continue;
      const explained = explainResponse(mutant.der, OPTIONS).every(({ outcome }) => outcome === 'passed');
      if (explained !== (verdictOf(mutant.der)?.certStatus.type === 'good')) disagreed.push(mutant.at);
    }
    expect(disagreed).toEqual([]);
  });

  it('is refused wherever it is cut', () => {
    for (let length = 0; length < der.length; length++) {
      const cut = der.subarray(0, length);
      expect(() => verifyResponse(cut, OPTIONS), `cut to ${length} bytes`).toThrow(RestapleError);
    }
  });

  it('is refused with anything behind it', () => {
    for (const more of [Buffer.of(0), Buffer.of(5, 0), Buffer.from('\n'), der, Buffer.alloc(100)]) {
      expect(() => verifyResponse(Buffer.concat([der, more]), OPTIONS)).toThrow(
        expect.objectContaining({ code: 'der-trailing-bytes' }),
      );
    }
  });
});
