/** What a row of the tables in this folder is, and the world in which all rows play. */
import type { Entity, EntityOptions } from '../../../src/demo/pki/entity.ts';
import { createOcspSigner } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import type { SignatureOptions } from '../../../src/demo/pki/signing.ts';
import type { DerCode, ResponseCode } from '../../../src/errors.ts';
import type { BasicOCSPResponse } from '../../../src/ocsp/basic-ocsp-response.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import type { Verdict, VerifyOptions } from '../../../src/ocsp/verify-response.ts';
import { alterResponse } from '../../support/alter.ts';
import { testKeys } from '../../support/keys.ts';
import { NOW, createTestPki, shift, testResponse } from '../../support/pki.ts';
import type { ResponseOverrides, TestPki } from '../../support/pki.ts';

/** A response with one fault. Every rule but the one that `code` belongs to must pass, or be named as `unreached`. */
export interface Refusal {
  readonly says: string;
  readonly response: () => Buffer;
  readonly options?: Partial<VerifyOptions>;
  readonly code: DerCode | ResponseCode;
  /** Pieces of the message: the values that clash. */
  readonly message: readonly string[];
  readonly unreached?: readonly RuleName[];
}

/**
 * A response that looks odd, and is right. `verdict` is a part of what the verification must say of it, `signer` who
 * signed it: the delegate unless said otherwise.
 */
export interface Acceptance {
  readonly says: string;
  readonly response: () => Buffer;
  readonly options?: Partial<VerifyOptions>;
  readonly verdict?: Partial<Verdict>;
  readonly signer?: Verdict['signer']['kind'];
}

export interface RuleTable {
  readonly rule: RuleName;
  readonly refusals: readonly Refusal[];
  readonly acceptances: readonly Acceptance[];
}

export const pki: TestPki = createTestPki();

export const OPTIONS: VerifyOptions = {
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  now: NOW,
};

export const MINUTE_MS = 60_000;
export const DAY_MS: number = 24 * 60 * MINUTE_MS;

/** A good response about the leaf of `pki`, with what a row wants otherwise. */
export const respond = (overrides: ResponseOverrides = {}): Buffer => testResponse(pki, overrides);

/** A good response that the issuer signs. */
export const issuerResponds = (overrides: ResponseOverrides = {}): Buffer =>
  respond({ signer: pki.issuer, ...overrides });

/** A good response whose signed part a row has rewritten, signed again by the delegate. */
export function resigned(change: (tbs: Buffer) => Buffer, response: Buffer = respond()): Buffer {
  return alterResponse(response, (parts) => {
    const tbs = change(parts.tbs);
    return { tbs, signature: pki.delegate.signer.sign(tbs) };
  });
}

/** A good response with parts exchanged that the signature does not cover. */
export const altered = (
  change: Partial<Omit<BasicOCSPResponse, 'tbsResponseData'>>,
  response: Buffer = respond(),
): Buffer => alterResponse(response, () => change);

/** `bytes` with the first `from` replaced by `to`, which must be as long: lengths around it stay right. */
export function replaced(bytes: Buffer, from: Uint8Array | string, to: Uint8Array | string): Buffer {
  const [before, after] = [octets(from), octets(to)];
  const at = bytes.indexOf(before);
  if (at === -1 || before.length !== after.length)
    throw new TypeError('nothing to replace, or by another length');
  const copy = Buffer.from(bytes);
  after.copy(copy, at);
  return copy;
}

const octets = (from: Uint8Array | string): Buffer =>
  typeof from === 'string' ? Buffer.from(from, 'latin1') : Buffer.from(from);

/** The name of the delegate, for others that want to be taken for it. */
export const delegateName: Buffer = pki.delegate.certificate.subject;

/** A delegate issued by `issuer` (that of `pki` unless told otherwise), right but for what is given. */
export function delegate(own: Partial<EntityOptions> = {}, issuer: Entity = pki.issuer): Entity {
  return createOcspSigner(issuer, {
    name: delegateName,
    keys: testKeys('p256', 10),
    serial: 0x2000,
    notBefore: shift(NOW, -30 * DAY_MS),
    notAfter: shift(NOW, 30 * DAY_MS),
    ...own,
  });
}

/** A delegate with an RSA key that signs in this way. */
export function rsaDelegate(signature: SignatureOptions): Entity {
  return delegate({ keys: testKeys('rsa-2048'), signature, name: name([['CN', 'RSA Signer']]) });
}
