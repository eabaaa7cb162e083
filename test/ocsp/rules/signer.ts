/** Rule 6: who may sign. */
import { type Entity, createOcspSigner, createRoot } from '../../../src/demo/pki/entity.ts';
import { extKeyUsage, extension, keyUsage } from '../../../src/demo/pki/extensions.ts';
import { TAG } from '../../../src/der/tags.ts';
import { nullValue, oid, sequence, setOf, tlv } from '../../../src/der/writer.ts';
import type { ResponseCode } from '../../../src/errors.ts';
import { keyHash } from '../../../src/ocsp/responder-id.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import type { Extension } from '../../../src/x509/extension.ts';
import type { KeyUsage } from '../../../src/x509/key-usage.ts';
import { OID } from '../../../src/x509/oids.ts';
import { testKeys } from '../../support/keys.ts';
import { NOW, shift } from '../../support/pki.ts';
import {
  DAY_MS,
  type Refusal,
  type RuleTable,
  delegate,
  delegateName,
  issuerResponds,
  pki,
  respond,
} from './row.ts';

/** Nobody's signature is looked at who may not sign. */
const SIGNATURE: readonly RuleName[] = ['signature'];

function refused(
  says: string,
  code: ResponseCode,
  message: readonly string[],
  response: () => Buffer,
): Refusal {
  return { says, response, code, message, unreached: SIGNATURE };
}

const SIGNS = keyUsage(['digitalSignature']);
const FOR_OCSP = extKeyUsage([OID.kpOCSPSigning]);

const unauthorized = (extensions: readonly Extension[]) => (): Buffer =>
  respond({ signer: delegate({ extensions }) });
const LACKS = ['signer O=Restaple Test, CN=Test OCSP Signer lacks the extended key usage OCSPSigning'];

const usedFor =
  (...usages: readonly KeyUsage[]) =>
  (): Buffer =>
    respond({ signer: delegate({ extensions: [FOR_OCSP, keyUsage(usages)] }) });

/** A stranger's CA that bears the name of the issuer, and a delegate of it. */
const namesake: Entity = createRoot({
  name: pki.issuer.certificate.subject,
  keys: pki.stranger.keys,
  serial: 1,
  notBefore: pki.stranger.certificate.notBefore,
  notAfter: pki.stranger.certificate.notAfter,
});

/** Issued by the delegate, who has no right to delegate further. */
const second = createOcspSigner(pki.delegate, {
  name: delegateName,
  keys: testKeys('p256', 11),
  serial: 0x2002,
  notBefore: pki.delegate.certificate.notBefore,
  notAfter: pki.delegate.certificate.notAfter,
});

const expiredDelegate = delegate({ notAfter: shift(NOW, -DAY_MS) });
const futureDelegate = delegate({ notBefore: shift(NOW, 1000) });

const attribute = (type: string, tag: number, text: string): Buffer =>
  setOf(sequence(oid(type), tlv(tag, Buffer.from(text))));
/** The delegate's name in another string type, another case and with other spaces. */
const otherSpelling = sequence(
  attribute('2.5.4.10', TAG.printableString, 'RESTAPLE  TEST'),
  attribute('2.5.4.3', TAG.ia5String, ' test ocsp signer '),
);
const issuerOtherwise = sequence(
  attribute('2.5.4.10', TAG.printableString, 'restaple test'),
  attribute('2.5.4.3', TAG.printableString, 'TEST ISSUER'),
);
const delegateOfIssuerOtherwise = delegate(
  {},
  { ...pki.issuer, certificate: { ...pki.issuer.certificate, subject: issuerOtherwise } },
);

const both = [pki.issuer.certificate.raw, pki.delegate.certificate.raw];

export const signer: RuleTable = {
  rule: 'signer',
  refusals: [
    refused(
      'a delegate whose certificate is not sent along',
      'signer-not-found',
      ['signed by key', 'which is not the issuer, and the response carries no certificate'],
      () => respond({ certs: [] }),
    ),
    refused(
      'a delegate named by name whose certificate is not sent along',
      'signer-not-found',
      ['signed by O=Restaple Test, CN=Test OCSP Signer, which is not the issuer'],
      () => respond({ certs: [], responderID: 'byName' }),
    ),
    refused(
      'a responderID that is no one’s here',
      'signer-not-found',
      [`signed by key ${'AB'.repeat(20)}, which is not the issuer, nor the certificate in the response`],
      () => respond({ responderID: { type: 'byKey', keyHash: Buffer.alloc(20, 0xab) } }),
    ),
    refused(
      'a responderID byKey by another hash than SHA-1',
      'signer-not-found',
      ['which is not the issuer'],
      () => respond({ responderID: { type: 'byKey', keyHash: Buffer.alloc(32, 0xab) } }),
    ),
    refused(
      'the name of one embedded certificate and the signature of none, among two',
      'signer-not-found',
      ['nor one of the 2 certificates in the response'],
      () => respond({ responderID: { type: 'byName', name: pki.root.certificate.subject }, certs: both }),
    ),
    refused(
      'a delegate of another CA',
      'signer-not-issued',
      ['CN=Stranger OCSP Signer was issued by O=Restaple Test, CN=Stranger, not by', 'CN=Test Issuer'],
      () => respond({ signer: pki.strangerDelegate }),
    ),
    refused(
      'a delegate of another CA of the same name',
      'signer-not-issued',
      ['was not issued by the key of O=Restaple Test, CN=Test Issuer', 'does not verify'],
      () => respond({ signer: delegate({}, namesake) }),
    ),
    refused('another CA of the same name itself', 'signer-not-issued', ['was not issued by the key of'], () =>
      respond({ signer: namesake }),
    ),
    refused(
      'a delegate of the CA above the issuer',
      'signer-not-issued',
      ['was issued by O=Restaple Test, CN=Test Root, not by'],
      () => respond({ signer: delegate({}, pki.root) }),
    ),
    refused('the CA above the issuer itself', 'signer-not-issued', ['CN=Test Root, not by'], () =>
      respond({ signer: pki.root }),
    ),
    refused(
      'a delegate of the delegate',
      'signer-not-issued',
      ['was issued by O=Restaple Test, CN=Test OCSP Signer, not by O=Restaple Test, CN=Test Issuer'],
      () => respond({ signer: second, certs: [second.certificate.raw, pki.delegate.certificate.raw] }),
    ),
    refused('a delegate without extended key usage', 'signer-not-authorized', LACKS, unauthorized([SIGNS])),
    refused(
      'a delegate for any purpose, which is not this one',
      'signer-not-authorized',
      LACKS,
      unauthorized([SIGNS, extKeyUsage([OID.anyExtendedKeyUsage])]),
    ),
    refused(
      'a delegate for other purposes',
      'signer-not-authorized',
      LACKS,
      unauthorized([SIGNS, extKeyUsage([OID.kpServerAuth, OID.kpClientAuth])]),
    ),
    refused(
      'a server that vouches for itself with its own certificate',
      'signer-not-authorized',
      ['signer O=Restaple Test, CN=www.example.test lacks'],
      () => respond({ signer: pki.leaf }),
    ),
    refused(
      'a delegate whose extended key usage cannot be read',
      'signer-not-authorized',
      ['signer with serial 2000 cannot be read: extKeyUsage: expected SEQUENCE, found NULL'],
      unauthorized([SIGNS, extension(OID.extKeyUsage, nullValue())]),
    ),
    refused(
      'a delegate whose key is for encryption',
      'signer-key-usage',
      ['has a key for keyEncipherment, dataEncipherment, not for signatures'],
      usedFor('keyEncipherment', 'dataEncipherment'),
    ),
    refused(
      'a delegate whose key is for certificates and CRLs only',
      'signer-key-usage',
      ['has a key for keyCertSign, cRLSign, not for signatures'],
      usedFor('keyCertSign', 'cRLSign'),
    ),
    refused('a delegate whose key is for nothing', 'signer-key-usage', ['has a key for nothing'], usedFor()),
    refused(
      'a delegate that had expired when it signed',
      'signer-not-valid',
      ['is valid from 2026-01-26T12:00:00Z to 2026-02-24T12:00:00Z, not at 2026-02-25T12:00:00Z'],
      () => respond({ signer: expiredDelegate }),
    ),
    refused(
      'a delegate that is not valid yet, by a second',
      'signer-not-valid',
      ['is valid from 2026-02-25T12:00:01Z to', 'not at 2026-02-25T12:00:00Z'],
      () => respond({ signer: futureDelegate }),
    ),
  ],
  acceptances: [
    ...(['byKey', 'byName'] as const).flatMap((responderID) => [
      {
        says: `the issuer itself, ${responderID}`,
        response: () => issuerResponds({ responderID }),
        signer: 'issuer' as const,
      },
      {
        says: `a delegate, ${responderID}`,
        response: () => respond({ responderID }),
      },
      {
        says: `the issuer itself with its own certificate sent along, ${responderID}`,
        response: () => issuerResponds({ responderID, certs: [pki.issuer.certificate.raw] }),
        signer: 'issuer' as const,
      },
      {
        says: `a delegate behind the certificate of the issuer, ${responderID}`,
        response: () => respond({ responderID, certs: both }),
      },
      {
        says: `a delegate before the certificates of the whole chain, ${responderID}`,
        response: () => respond({ responderID, certs: [...both.toReversed(), pki.root.certificate.raw] }),
      },
      {
        says: `a stranger that the caller trusts by name, ${responderID}`,
        response: () => respond({ signer: pki.stranger, responderID }),
        options: { trustedSigners: [pki.stranger.certificate] },
        signer: 'trusted' as const,
      },
    ]),
    {
      says: 'a delegate whose certificate is not sent along, but trusted by name',
      response: () => respond({ certs: [] }),
      options: { trustedSigners: [pki.root.certificate, pki.delegate.certificate] },
      signer: 'trusted',
    },
    {
      says: 'an expired certificate without any extension that the caller trusts by name',
      response: () =>
        respond({ signer: delegate({ extensions: [], notAfter: shift(NOW, -DAY_MS) }), certs: [] }),
      options: {
        trustedSigners: [delegate({ extensions: [], notAfter: shift(NOW, -DAY_MS) }).certificate],
      },
      signer: 'trusted',
    },
    {
      says: 'the delegate’s name in another string type, case and spacing',
      response: () => respond({ responderID: { type: 'byName', name: otherSpelling } }),
    },
    {
      says: 'a delegate that spells the name of its issuer otherwise',
      response: () => respond({ signer: delegateOfIssuerOtherwise }),
    },
    {
      says: 'a delegate with other purposes beside this one',
      response: unauthorized([SIGNS, extKeyUsage([OID.kpServerAuth, OID.kpOCSPSigning])]),
    },
    {
      says: 'a delegate without key usage, which restricts nothing',
      response: unauthorized([FOR_OCSP]),
    },
    {
      says: 'a delegate whose key is for nonRepudiation',
      response: usedFor('nonRepudiation'),
    },
    {
      says: 'a delegate in the first second of its validity',
      response: () => respond({ signer: delegate({ notBefore: NOW }) }),
    },
    {
      says: 'an issuer that is no CA and has expired: the caller vouches for it',
      response: () =>
        respond({
          responderID: { type: 'byKey', keyHash: keyHash(pki.issuer.certificate) },
          signer: pki.issuer,
        }),
      options: {
        issuer: { ...pki.issuer.certificate, extensions: [], notAfter: shift(NOW, -DAY_MS) },
      },
      signer: 'issuer',
    },
  ],
};
