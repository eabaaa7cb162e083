/** Rule 4: the answer to the question that was asked. */
import { createServer } from '../../../src/demo/pki/entity.ts';
import { TAG } from '../../../src/der/tags.ts';
import { integer, oid, sequence, setOf, tlv } from '../../../src/der/writer.ts';
import { type CertID, createCertID } from '../../../src/ocsp/cert-id.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import { singleResponse, shift, THIS_UPDATE, NEXT_UPDATE } from '../../support/pki.ts';
import { DAY_MS, type RuleTable, pki, respond } from './row.ts';

const UNREACHED: readonly RuleName[] = ['times', 'critical extensions', 'certificate status'];

const asked: CertID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
/** What another CA would say of a certificate of its own with the same serial number. */
const ofStranger: CertID = {
  ...createCertID(pki.strangerDelegate.certificate, pki.stranger.certificate),
  serialNumber: asked.serialNumber,
};
const single = singleResponse(pki);

const SHA224 = '2.16.840.1.101.3.4.2.4';

/** Answers about certificates that nobody asked about. */
const others = (count: number): (typeof single)[] =>
  Array.from({ length: count }, (_, i) => ({
    ...single,
    certID: { ...asked, serialNumber: Buffer.of(0x20, i) },
  }));

/** As if the CA wrote its name in UTF-8 in its own certificate, and in PrintableString in those that it issues. */
const printableName = sequence(
  setOf(sequence(oid('2.5.4.10'), tlv(TAG.printableString, Buffer.from('Restaple Test')))),
  setOf(sequence(oid('2.5.4.3'), tlv(TAG.printableString, Buffer.from('Test Issuer')))),
);
const leafOfPrintable = createServer(
  { ...pki.issuer, certificate: { ...pki.issuer.certificate, subject: printableName } },
  {
    name: pki.leaf.certificate.subject,
    keys: pki.leaf.keys,
    serial: 0x3000,
    notBefore: pki.leaf.certificate.notBefore,
    notAfter: pki.leaf.certificate.notAfter,
  },
).certificate;

const old = {
  ...single,
  thisUpdate: shift(THIS_UPDATE, -DAY_MS),
  nextUpdate: shift(NEXT_UPDATE, DAY_MS),
};

export const certID: RuleTable = {
  rule: 'CertID',
  refusals: [
    {
      says: 'another serial number',
      response: () => respond({ certID: { ...asked, serialNumber: Buffer.of(0x77) } }),
      code: 'certid-mismatch',
      message: ['the response is for serial 77, not for serial 1003'],
      unreached: UNREACHED,
    },
    {
      says: 'twenty answers, all about others',
      response: () => respond({ responses: others(20) }),
      code: 'certid-mismatch',
      message: ['for serial 2000 and 19 more, not for serial 1003'],
      unreached: UNREACHED,
    },
    {
      says: 'no answer at all',
      response: () => respond({ responses: [] }),
      code: 'certid-mismatch',
      message: ['about no certificate at all'],
      unreached: UNREACHED,
    },
    {
      says: 'the right serial number of another issuer',
      response: () => respond({ certID: ofStranger }),
      code: 'certid-mismatch',
      message: ['serial 1003 of another issuer than O=Restaple Test, CN=Test Issuer'],
      unreached: UNREACHED,
    },
    {
      says: 'the right name and another key of the issuer',
      response: () => respond({ certID: { ...asked, issuerKeyHash: ofStranger.issuerKeyHash } }),
      code: 'certid-mismatch',
      message: ['serial 1003 of another issuer'],
      unreached: UNREACHED,
    },
    {
      says: 'the right key and another name of the issuer',
      response: () => respond({ certID: { ...asked, issuerNameHash: ofStranger.issuerNameHash } }),
      code: 'certid-mismatch',
      message: ['serial 1003 of another issuer'],
      unreached: UNREACHED,
    },
    {
      says: 'a hash of name and key that is cut short',
      response: () =>
        respond({
          certID: {
            ...asked,
            issuerNameHash: asked.issuerNameHash.subarray(0, 4),
            issuerKeyHash: asked.issuerKeyHash.subarray(0, 4),
          },
        }),
      code: 'certid-mismatch',
      message: ['serial 1003 of another issuer'],
      unreached: UNREACHED,
    },
    {
      says: 'a hash that is not SHA-1 or SHA-2',
      response: () =>
        respond({ certID: { ...asked, hashAlgorithm: { algorithm: SHA224, parameters: undefined } } }),
      code: 'certid-mismatch',
      message: [`serial 1003 by hash ${SHA224}, not by SHA-1 or SHA-2`],
      unreached: UNREACHED,
    },
    {
      says: 'a hash with parameters that mean something',
      response: () =>
        respond({ certID: { ...asked, hashAlgorithm: { ...asked.hashAlgorithm, parameters: integer(1) } } }),
      code: 'certid-mismatch',
      message: ['serial 1003'],
      unreached: UNREACHED,
    },
  ],
  acceptances: [
    ...(['sha1', 'sha256', 'sha384', 'sha512'] as const).map((hash) => ({
      says: `a CertID by ${hash}, whatever was asked`,
      response: () => respond({ hash }),
      verdict: { certID: createCertID(pki.leaf.certificate, pki.issuer.certificate, hash) },
    })),
    {
      says: 'a certificate of which nothing but the serial number is known',
      response: () => respond(),
      options: {
        certificate: {
          issuer: pki.issuer.certificate.subject,
          serialNumber: pki.leaf.certificate.serialNumber,
          notAfter: pki.issuer.certificate.notAfter,
        },
      },
    },
    {
      says: 'a hash without parameters in place of NULL',
      response: () =>
        respond({ certID: { ...asked, hashAlgorithm: { ...asked.hashAlgorithm, parameters: undefined } } }),
    },
    {
      says: 'the issuer’s name as the certificate spells it',
      response: () => respond({ certID: createCertID(leafOfPrintable, pki.issuer.certificate) }),
      options: { certificate: leafOfPrintable },
      verdict: { certStatus: { type: 'good' } },
    },
    {
      says: 'the answer behind nineteen others',
      response: () => respond({ responses: [...others(19), single] }),
      verdict: { certID: asked },
    },
    {
      says: 'the answer before nineteen others',
      response: () => respond({ responses: [single, ...others(19)] }),
      verdict: { certID: asked },
    },
    {
      says: 'of two good answers the newer, standing first',
      response: () => respond({ responses: [single, old] }),
      verdict: { thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE },
    },
    {
      says: 'of two good answers the newer, standing last',
      response: () => respond({ responses: [old, single] }),
      verdict: { thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE },
    },
    {
      says: 'of twenty good answers the newest, though an old one has run out',
      response: () => {
        const ages = Array.from({ length: 20 }, (_, i) => ((i * 7) % 20) * DAY_MS);
        const responses = ages.map((age) => ({
          ...single,
          thisUpdate: shift(THIS_UPDATE, -age),
          nextUpdate: shift(NEXT_UPDATE, -age),
        }));
        return respond({ responses });
      },
      verdict: { thisUpdate: THIS_UPDATE, nextUpdate: NEXT_UPDATE },
    },
    {
      says: 'a certificate of another issuer that is revoked, beside the answer',
      response: () =>
        respond({
          responses: [
            {
              ...single,
              certID: ofStranger,
              certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: 1 },
            },
            single,
          ],
        }),
      verdict: { certStatus: { type: 'good' } },
    },
  ],
};
