/** The same bytes read by pkijs: every field the same, and the same signatures good. */
import * as asn1js from 'asn1js';
import * as fc from 'fast-check';
import * as pkijs from 'pkijs';
import { describe, expect, it } from 'vitest';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import type { SignatureOptions } from '../../src/demo/pki/signing.ts';
import { encodeBasicOCSPResponse } from '../../src/ocsp/basic-ocsp-response.ts';
import { encodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { readResponse } from '../../src/ocsp/read-response.ts';
import { encodeResponseData } from '../../src/ocsp/response-data.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import type { Extension } from '../../src/x509/extension.ts';
import { OID } from '../../src/x509/oids.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { responseData } from './arbitraries.ts';

const hexOf = (bytes: ArrayBuffer | Uint8Array): string =>
  Buffer.from(bytes instanceof Uint8Array ? bytes : new Uint8Array(bytes)).toString('hex');
const hexOfBlock = (block: { readonly valueBlock: { readonly valueHexView: Uint8Array } }): string =>
  hexOf(block.valueBlock.valueHexView);

/** As pkijs reads it. */
function basicOf(der: Buffer): pkijs.BasicOCSPResponse {
  const { responseBytes } = pkijs.OCSPResponse.fromBER(new Uint8Array(der));
  if (!responseBytes) throw new TypeError('no responseBytes');
  return pkijs.BasicOCSPResponse.fromBER(responseBytes.response.getValue());
}

const theirExtensions = (extensions: readonly pkijs.Extension[] = []): unknown =>
  extensions.map(({ extnID, critical, extnValue }) => [extnID, critical, hexOfBlock(extnValue)]);
const ourExtensions = (extensions: readonly Extension[]): unknown =>
  extensions.map(({ oid, critical, value }) => [oid, critical, value.toString('hex')]);

/** Untyped in pkijs: `[0]` and `[2]` are primitive, `[1]` holds a time and perhaps a reason. */
function theirStatus(status: asn1js.BaseBlock): unknown {
  const { tagNumber } = status.idBlock;
  if (!(status instanceof asn1js.Constructed)) return ['good', 'revoked', 'unknown'][tagNumber];
  const [time, reason] = status.valueBlock.value;
  const [number] = reason instanceof asn1js.Constructed ? reason.valueBlock.value : [];
  return [
    'revoked',
    time instanceof asn1js.GeneralizedTime ? time.toDate() : time,
    number instanceof asn1js.Enumerated ? number.valueBlock.valueDec : undefined,
  ];
}

/** Untyped in pkijs, too. */
function theirResponder(id: unknown): unknown {
  if (id instanceof asn1js.OctetString) return hexOfBlock(id);
  return id instanceof pkijs.RelativeDistinguishedNames ? hexOf(id.toSchema().toBER()) : id;
}

function theirs(der: Buffer): unknown {
  const basic = basicOf(der);
  const { responderID, producedAt, responses, responseExtensions, version = 0 } = basic.tbsResponseData;
  return {
    version: version + 1,
    responderID: theirResponder(responderID),
    producedAt,
    responses: responses.map(({ certID, certStatus, thisUpdate, nextUpdate, singleExtensions }) => ({
      hash: certID.hashAlgorithm.algorithmId,
      name: hexOfBlock(certID.issuerNameHash),
      key: hexOfBlock(certID.issuerKeyHash),
      serial: hexOfBlock(certID.serialNumber),
      status: theirStatus(certStatus),
      thisUpdate,
      nextUpdate,
      extensions: theirExtensions(singleExtensions),
    })),
    extensions: theirExtensions(responseExtensions),
    algorithm: basic.signatureAlgorithm.algorithmId,
    signature: hexOfBlock(basic.signature),
    certs: (basic.certs ?? []).map((cert) => hexOf(cert.toSchema().toBER())),
  };
}

function ours(der: Buffer): unknown {
  const { tbsResponseData: data, signatureAlgorithm, signature, certs } = readResponse(der);
  return {
    version: data.version,
    responderID: (data.responderID.type === 'byKey'
      ? data.responderID.keyHash
      : data.responderID.name
    ).toString('hex'),
    producedAt: data.producedAt,
    responses: data.responses.map(({ certID, certStatus, thisUpdate, nextUpdate, singleExtensions }) => ({
      hash: certID.hashAlgorithm.algorithm,
      name: certID.issuerNameHash.toString('hex'),
      key: certID.issuerKeyHash.toString('hex'),
      serial: certID.serialNumber.toString('hex'),
      status:
        certStatus.type === 'revoked'
          ? ['revoked', certStatus.revocationTime, certStatus.reason]
          : certStatus.type,
      thisUpdate,
      nextUpdate,
      extensions: ourExtensions(singleExtensions),
    })),
    extensions: ourExtensions(data.responseExtensions),
    algorithm: signatureAlgorithm.algorithm,
    signature: signature.toString('hex'),
    certs: certs.map((cert) => cert.toString('hex')),
  };
}

/** pkijs checks chains against the clock of the machine. */
const now = new Date();

const SIGNATURES: readonly (readonly [KeyKind, SignatureOptions])[] = [
  ['rsa-2048', {}],
  ['rsa-2048', { padding: 'pss' }],
  ['p256', {}],
  ['p384', {}],
  ['p521', {}],
];

/** pkijs cannot read a response without an answer, and takes the year 99 for 1999. */
const readable = responseData.filter(({ producedAt, responses }) => {
  const times = responses.flatMap(({ thisUpdate, nextUpdate, certStatus }) => [
    thisUpdate,
    nextUpdate ?? thisUpdate,
    certStatus.type === 'revoked' ? certStatus.revocationTime : thisUpdate,
  ]);
  return responses.length > 0 && [producedAt, ...times].every((time) => time.getUTCFullYear() >= 100);
});

describe('pkijs', () => {
  it('reads every field of generated responses as we do', () => {
    const pki = createTestPki({ now });
    fc.assert(
      fc.property(readable, (data) => {
        const response = encodeBasicOCSPResponse({
          tbs: encodeResponseData({ ...data, version: 1 }),
          signatureAlgorithm: pki.delegate.signer.algorithmIdentifier,
          signature: Buffer.alloc(70, 5),
          certs: [pki.delegate.certificate.raw, pki.root.certificate.raw],
        });
        const responseBytes = { responseType: OID.ocspBasic, response };
        const der = encodeOCSPResponse({ responseStatus: 'successful', responseBytes });
        expect(theirs(der)).toEqual(ours(der));
      }),
      { numRuns: 200 },
    );
  });

  it.each(SIGNATURES)('finds the same signatures good: %s %j', async (kind, signature) => {
    const pki = createTestPki({ now, kind, signature });
    const { leaf, issuer, root } = pki;
    const options = { certificate: leaf.certificate, issuer: issuer.certificate, now };
    const trust = {
      trustedCerts: [pkijs.Certificate.fromBER(new Uint8Array(root.certificate.raw))],
      issuerCerts: [pkijs.Certificate.fromBER(new Uint8Array(issuer.certificate.raw))],
    };
    for (const signer of [pki.delegate, issuer]) {
      for (const responderID of ['byKey', 'byName'] as const) {
        // pkijs takes no signer but one that is sent along.
        const der = testResponse(pki, { signer, responderID, certs: [signer.certificate.raw] });
        expect(verifyResponse(der, options).certStatus.type).toBe('good');
        expect(await basicOf(der).verify(trust)).toBe(true);

        const forged = alterResponse(der, (parts) => ({ signature: flipBit(parts.signature, 40) }));
        expect(() => verifyResponse(forged, options)).toThrow('signature does not verify');
        expect(await basicOf(forged).verify(trust)).toBe(false);
      }
    }
  });
});
