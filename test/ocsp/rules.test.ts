/** Each rule of verification, broken alone. The tables are in `rules/`. */
import { describe, expect, it } from 'vitest';
import type { ResponseCode } from '../../src/errors.ts';
import { explainResponse } from '../../src/ocsp/explain-response.ts';
import { requireGood } from '../../src/ocsp/require-good.ts';
import { RULES, type RuleName, brokenRule } from '../../src/ocsp/rules.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { certID } from './rules/cert-id.ts';
import { certificateStatus, criticalExtensions, nonce } from './rules/extensions.ts';
import { OPTIONS, type RuleTable } from './rules/row.ts';
import { signature } from './rules/signature.ts';
import { signer } from './rules/signer.ts';
import { status, type } from './rules/status-and-type.ts';
import { strictDer } from './rules/strict-der.ts';
import { times } from './rules/times.ts';

const TABLES: readonly RuleTable[] = [
  strictDer,
  status,
  type,
  certID,
  signature,
  signer,
  times,
  criticalExtensions,
  nonce,
  certificateStatus,
];

/** The rule that each code belongs to, written down a second time. The compiler wants all of them. */
const RULE_OF: Readonly<Record<ResponseCode, RuleName>> = {
  'responder-malformed-request': 'response status',
  'responder-internal-error': 'response status',
  'responder-try-later': 'response status',
  'responder-sig-required': 'response status',
  'responder-unauthorized': 'response status',
  'response-type-unknown': 'response type',
  'response-version-unknown': 'response type',
  'certid-mismatch': 'CertID',
  'signature-invalid': 'signature',
  'signature-algorithm-refused': 'signature',
  'signature-algorithm-unknown': 'signature',
  'signer-not-found': 'signer',
  'signer-not-issued': 'signer',
  'signer-not-authorized': 'signer',
  'signer-key-usage': 'signer',
  'signer-not-valid': 'signer',
  'this-update-in-future': 'times',
  'next-update-missing': 'times',
  'next-update-before-this-update': 'times',
  'response-expired': 'times',
  'response-too-old': 'times',
  'response-outlives-signer': 'times',
  'response-outlives-certificate': 'times',
  'critical-extension-unknown': 'critical extensions',
  'nonce-missing': 'nonce',
  'nonce-mismatch': 'nonce',
  'certificate-revoked': 'certificate status',
  'certificate-unknown': 'certificate status',
};

/** All ten rules: the verification, and that only `good` becomes a staple. */
function judge(der: Buffer, options: VerifyOptions): Verdict {
  const verdict = verifyResponse(der, options);
  requireGood(verdict.certStatus);
  return verdict;
}

const namesOf = (
  der: Buffer,
  options: VerifyOptions,
  outcome: 'passed' | 'failed' | 'unreached',
): RuleName[] =>
  explainResponse(der, options)
    .filter((one) => one.outcome === outcome)
    .map(({ rule }) => rule.name);

describe.each(TABLES)('$rule', ({ rule, refusals, acceptances }) => {
  it.each(refusals)('refuses: $says', ({ response, options, code, message, unreached = [] }) => {
    const der = response();
    const all = { ...OPTIONS, ...options };
    const refusal = expect.objectContaining({ code });
    expect(() => judge(der, all)).toThrow(refusal);
    for (const piece of message) expect(() => judge(der, all)).toThrow(piece);

    expect(namesOf(der, all, 'failed')).toEqual([rule]);
    expect(namesOf(der, all, 'unreached').toSorted()).toEqual([...unreached].toSorted());
    const failed = explainResponse(der, all).find((one) => one.outcome === 'failed');
    expect(brokenRule(failed?.error)?.name).toBe(rule);
    expect(failed?.error).toEqual(refusal);
    for (const piece of message) expect(failed?.detail).toContain(piece);
  });

  it.each(acceptances)('accepts: $says', ({ response, options, verdict = {}, signer: kind = 'delegate' }) => {
    const der = response();
    const all = { ...OPTIONS, ...options };
    const said = judge(der, all);
    expect(said).toMatchObject(verdict);
    expect(said.signer.kind).toBe(kind);
    expect(namesOf(der, all, 'passed')).toEqual(RULES.map(({ name }) => name));
  });
});

describe('the tables', () => {
  it('have one for every rule, in order', () => {
    expect(TABLES.map(({ rule }) => rule)).toEqual(RULES.map(({ name }) => name));
  });

  it('break every rule by every code that it has', () => {
    const broken = new Map(TABLES.flatMap(({ rule, refusals }) => refusals.map(({ code }) => [code, rule])));
    expect(Object.fromEntries(broken)).toMatchObject(RULE_OF);
  });

  it('break strict DER in every way that a response can', () => {
    const codes = new Set(strictDer.refusals.map(({ code }) => code));
    // No type that is read nests in itself, so `der-too-deep` has nothing to stand on.
    expect([...codes].toSorted()).toEqual([
      'asn1-unexpected',
      'der-malformed',
      'der-too-large',
      'der-trailing-bytes',
    ]);
  });

  it('say every sentence once', () => {
    for (const { refusals, acceptances } of TABLES) {
      const sentences = [...refusals, ...acceptances].map(({ says }) => says);
      expect(sentences).toEqual([...new Set(sentences)]);
    }
  });
});
