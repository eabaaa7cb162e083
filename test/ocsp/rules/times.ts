/** Rule 7: the moment at which a response counts, to the second. */
import type { RuleName } from '../../../src/ocsp/rules.ts';
import { NEXT_UPDATE, NOW, THIS_UPDATE, createTestPki, shift } from '../../support/pki.ts';
import { DAY_MS, MINUTE_MS, type RuleTable, delegate, issuerResponds, pki, respond } from './row.ts';

/** The delegate that has gone was good when it signed: its rule is not broken, but there is nothing to hold on to. */
const SIGNER: readonly RuleName[] = ['signature', 'signer'];

const SKEW_MS = 5 * MINUTE_MS;
const AGE_MS = NOW.getTime() - THIS_UPDATE.getTime();

const atFarEnd = createTestPki({ leaf: { notAfter: NEXT_UPDATE } });
const inItsLastHour = createTestPki({ leaf: { notAfter: shift(NOW, 60 * MINUTE_MS) } });
const ended = createTestPki({ leaf: { notAfter: NOW } });

const justEnded = delegate({ notAfter: NOW });
const endsSoon = delegate({ notAfter: shift(NOW, 1000) });
const endsBeforeSigning = delegate({ notAfter: shift(THIS_UPDATE, 1000) });

export const times: RuleTable = {
  rule: 'times',
  refusals: [
    {
      says: 'thisUpdate a second further ahead than clocks may differ',
      response: () => respond({ thisUpdate: shift(NOW, SKEW_MS + 1000) }),
      code: 'this-update-in-future',
      message: ['thisUpdate 2026-02-25T12:05:01Z is more than 5m after now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'thisUpdate a second further ahead than the caller says that clocks may differ',
      response: () => respond({ thisUpdate: shift(NOW, MINUTE_MS + 1000) }),
      options: { skewMs: MINUTE_MS },
      code: 'this-update-in-future',
      message: ['thisUpdate 2026-02-25T12:01:01Z is more than 1m after now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'nextUpdate now, however far clocks may differ',
      response: () => respond({ nextUpdate: NOW }),
      options: { skewMs: DAY_MS },
      code: 'response-expired',
      message: ['nextUpdate 2026-02-25T12:00:00Z is not after now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'nextUpdate now',
      response: () => respond({ nextUpdate: NOW }),
      code: 'response-expired',
      message: ['nextUpdate 2026-02-25T12:00:00Z is not after now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'nextUpdate long gone',
      response: () => issuerResponds(),
      options: { now: shift(NEXT_UPDATE, 20 * DAY_MS) },
      code: 'response-expired',
      message: ['nextUpdate 2026-02-25T21:32:45Z is not after now 2026-03-17T21:32:45Z'],
    },
    {
      says: 'nextUpdate before thisUpdate',
      response: () => respond({ nextUpdate: shift(THIS_UPDATE, -1000) }),
      code: 'next-update-before-this-update',
      message: ['nextUpdate 2026-02-25T09:32:44Z is before thisUpdate 2026-02-25T09:32:45Z'],
    },
    {
      says: 'nextUpdate still to come, and yet before thisUpdate',
      response: () => respond({ thisUpdate: shift(NOW, 2 * MINUTE_MS), nextUpdate: shift(NOW, MINUTE_MS) }),
      code: 'next-update-before-this-update',
      message: ['nextUpdate 2026-02-25T12:01:00Z is before thisUpdate 2026-02-25T12:02:00Z'],
    },
    {
      says: 'no nextUpdate',
      response: () => respond({ nextUpdate: undefined }),
      code: 'next-update-missing',
      message: ['the response has no nextUpdate'],
    },
    {
      says: 'no nextUpdate, and a maximum age without the permission',
      response: () => respond({ nextUpdate: undefined }),
      options: { maxAgeMs: DAY_MS },
      code: 'next-update-missing',
      message: ['the response has no nextUpdate'],
    },
    {
      says: 'no nextUpdate, and the permission without a maximum age',
      response: () => respond({ nextUpdate: undefined }),
      options: { allowMissingNextUpdate: true },
      code: 'next-update-missing',
      message: ['the response has no nextUpdate'],
    },
    {
      says: 'no nextUpdate where that is allowed, at the end of the maximum age',
      response: () => respond({ nextUpdate: undefined }),
      options: { allowMissingNextUpdate: true, maxAgeMs: AGE_MS },
      code: 'response-too-old',
      message: ['thisUpdate 2026-02-25T09:32:45Z is', '2h27m or more before now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'older than the maximum age, though nextUpdate is still to come',
      response: () => respond(),
      options: { maxAgeMs: 60 * MINUTE_MS },
      code: 'response-too-old',
      message: ['thisUpdate 2026-02-25T09:32:45Z', '1h or more before now 2026-02-25T12:00:00Z'],
    },
    {
      says: 'the delegate has reached its end since it signed',
      response: () => respond({ signer: justEnded }),
      code: 'response-outlives-signer',
      message: [
        'signer O=Restaple Test, CN=Test OCSP Signer ended at 2026-02-25T12:00:00Z',
        'now 2026-02-25T12:00:00Z',
      ],
      unreached: SIGNER,
    },
    {
      says: 'the delegate ended a second after it signed',
      response: () => respond({ signer: endsBeforeSigning }),
      code: 'response-outlives-signer',
      message: ['ended at 2026-02-25T09:32:46Z'],
      unreached: SIGNER,
    },
    {
      says: 'the certificate has reached its end',
      response: () => respond(),
      options: { certificate: ended.leaf.certificate },
      code: 'response-outlives-certificate',
      message: ['the certificate ended at 2026-02-25T12:00:00Z', 'now 2026-02-25T12:00:00Z'],
    },
  ],
  acceptances: [
    {
      says: 'thisUpdate exactly as far ahead as clocks may differ',
      response: () => respond({ thisUpdate: shift(NOW, SKEW_MS) }),
      verdict: { thisUpdate: shift(NOW, SKEW_MS), validUntil: NEXT_UPDATE },
    },
    {
      says: 'thisUpdate exactly as far ahead as the caller says that clocks may differ',
      response: () => respond({ thisUpdate: shift(NOW, SKEW_MS + 1000) }),
      options: { skewMs: SKEW_MS + 1000 },
      verdict: { thisUpdate: shift(NOW, SKEW_MS + 1000) },
    },
    {
      says: 'nextUpdate in a second',
      response: () => respond({ nextUpdate: shift(NOW, 1000) }),
      verdict: { validUntil: shift(NOW, 1000) },
    },
    {
      says: 'thisUpdate and nextUpdate the same, not yet reached',
      response: () => respond({ thisUpdate: shift(NOW, MINUTE_MS), nextUpdate: shift(NOW, MINUTE_MS) }),
      verdict: { validUntil: shift(NOW, MINUTE_MS) },
    },
    {
      says: 'no nextUpdate where that is allowed, a millisecond before the maximum age',
      response: () => respond({ nextUpdate: undefined }),
      options: { allowMissingNextUpdate: true, maxAgeMs: AGE_MS + 1 },
      verdict: { nextUpdate: undefined, validUntil: new Date(NOW.getTime() + 1) },
    },
    {
      says: 'a maximum age that is not reached, which does not shorten nextUpdate',
      response: () => respond(),
      options: { maxAgeMs: DAY_MS },
      verdict: { nextUpdate: NEXT_UPDATE, validUntil: NEXT_UPDATE },
    },
    {
      says: 'a certificate that ends with the response',
      response: () => respond(),
      options: { certificate: atFarEnd.leaf.certificate },
      verdict: { validUntil: NEXT_UPDATE },
    },
    {
      says: 'a certificate that ends before the response: useful until then',
      response: () => respond(),
      options: { certificate: inItsLastHour.leaf.certificate },
      verdict: { nextUpdate: NEXT_UPDATE, validUntil: shift(NOW, 60 * MINUTE_MS) },
    },
    {
      says: 'a delegate that ends before the response: useful until then',
      response: () => respond({ signer: endsSoon }),
      verdict: { nextUpdate: NEXT_UPDATE, validUntil: shift(NOW, 1000) },
    },
    {
      says: 'an expired delegate that the caller trusts by name: it does not shorten anything',
      response: () => respond({ signer: justEnded }),
      options: { trustedSigners: [justEnded.certificate] },
      verdict: { validUntil: NEXT_UPDATE },
      signer: 'trusted',
    },
    {
      says: 'an issuer that ends before the response: the caller vouches for it',
      response: () => issuerResponds(),
      options: { issuer: { ...pki.issuer.certificate, notAfter: shift(NOW, 1000) } },
      verdict: { validUntil: NEXT_UPDATE },
      signer: 'issuer',
    },
  ],
};
