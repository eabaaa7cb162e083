/** The same bytes judged by `openssl ocsp`: where it agrees, and where restaple is stricter. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { createOcspSigner } from '../../src/demo/pki/entity.ts';
import type { Entity, EntityOptions } from '../../src/demo/pki/entity.ts';
import { extKeyUsage, keyUsage } from '../../src/demo/pki/extensions.ts';
import { createErrorResponse } from '../../src/demo/pki/response.ts';
import { nullValue, sequence } from '../../src/der/writer.ts';
import { RestapleError } from '../../src/errors.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { requireGood } from '../../src/ocsp/require-good.ts';
import { type VerifyOptions, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { OID } from '../../src/x509/oids.ts';
import { alterResponse, flipBit } from '../support/alter.ts';
import { type PkiFiles, withTempDir, writePki } from '../support/files.ts';
import { testKeys } from '../support/keys.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import {
  type ResponseOverrides,
  createTestPki,
  shift,
  singleResponse,
  testResponse,
} from '../support/pki.ts';

/** openssl has no clock but the machine's. */
const pki = createTestPki({ now: new Date() });
const { now } = pki;
const OPTIONS: VerifyOptions = {
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  now,
};
const MINUTE_MS = 60_000;
const DAY_MS = 24 * 60 * MINUTE_MS;

const respond = (overrides: ResponseOverrides = {}): Buffer => testResponse(pki, overrides);

function delegate(own: Partial<EntityOptions> = {}, issuer: Entity = pki.issuer): Entity {
  return createOcspSigner(issuer, {
    name: pki.delegate.certificate.subject,
    keys: testKeys('p256', 10),
    serial: 0x2000,
    notBefore: shift(now, -30 * DAY_MS),
    notAfter: shift(now, 30 * DAY_MS),
    ...own,
  });
}

/** What `openssl ocsp` says of a response about the leaf: `good` when it has nothing to object, else its objection. */
async function opinion(
  openssl: string,
  der: Buffer,
  more: (files: PkiFiles) => string[] = () => [],
): Promise<string> {
  return withTempDir(async (dir) => {
    const files = await writePki(dir, pki);
    const response = join(dir, 'response.der');
    await writeFile(response, der);
    const asked = ['-no_nonce', '-issuer', files.issuer, '-cert', files.leaf, '-CAfile', files.root];
    const { stdout, stderr } = await run(openssl, ['ocsp', '-respin', response, ...asked, ...more(files)]);
    const isGood = stderr.trim() === 'Response verify OK' && stdout.includes(`${files.leaf}: good`);
    return isGood ? 'good' : `${stdout}${stderr}`;
  });
}

function judge(der: Buffer, options: Partial<VerifyOptions> = {}): string {
  try {
    requireGood(verifyResponse(der, { ...OPTIONS, ...options }).certStatus);
    return 'good';
  } catch (error) {
    if (error instanceof RestapleError) return error.code;
    throw error;
  }
}

const single = singleResponse(pki);
const signs = keyUsage(['digitalSignature']);
const forOcsp = extKeyUsage([OID.kpOCSPSigning]);
const critical = { oid: '1.3.6.1.4.1.99999.1', critical: true, value: nullValue() };
const revoked = { type: 'revoked', revocationTime: shift(now, -DAY_MS), reason: 1 } as const;
const own = pki.delegate.certificate.raw;
const content = (value: Buffer): Buffer => value.subarray(2 + (value.readUInt8(1) & 0x7f));

const GOOD: readonly (readonly [string, Buffer])[] = [
  ['of the delegate', respond()],
  ['of the delegate, byName', respond({ responderID: 'byName' })],
  ['of the issuer', respond({ signer: pki.issuer })],
  [
    'of the issuer with its own certificate',
    respond({ signer: pki.issuer, certs: [pki.issuer.certificate.raw] }),
  ],
  [
    'among the certificates of the chain',
    respond({ certs: [own, pki.issuer.certificate.raw, pki.root.certificate.raw] }),
  ],
  [
    'with an unknown extension that is not critical',
    respond({ singleExtensions: [{ ...critical, critical: false }] }),
  ],
  [
    'behind nineteen others',
    respond({
      responses: [
        ...Array.from({ length: 19 }, (_, i) => ({
          ...single,
          certID: { ...single.certID, serialNumber: Buffer.of(0x20, i) },
        })),
        single,
      ],
    }),
  ],
  ['four minutes ahead of our clock', respond({ thisUpdate: shift(now, 4 * MINUTE_MS) })],
];

/** Refused by both: our code, and a piece of what openssl says. */
const REFUSED: readonly (readonly [string, Buffer, string, string | RegExp])[] = [
  [
    'one bit of the signature turned over',
    alterResponse(respond(), ({ signature }) => ({ signature: flipBit(signature) })),
    'signature-invalid',
    'Response Verify Failure',
  ],
  [
    'a stranger’s signature',
    respond({ signer: { ...pki.delegate, signer: pki.stranger.signer } }),
    'signature-invalid',
    'Response Verify Failure',
  ],
  ['a stranger', respond({ signer: pki.stranger }), 'signer-not-issued', 'Response Verify Failure'],
  [
    'the delegate of a stranger',
    respond({ signer: pki.strangerDelegate }),
    'signer-not-issued',
    'Response Verify Failure',
  ],
  [
    'a delegate of the delegate',
    respond({ signer: delegate({}, pki.delegate), certs: [delegate({}, pki.delegate).certificate.raw, own] }),
    'signer-not-issued',
    'Response Verify Failure',
  ],
  [
    'a delegate of the CA above',
    respond({ signer: delegate({}, pki.root) }),
    'signer-not-issued',
    'Response Verify Failure',
  ],
  [
    'the certificate of the server itself',
    respond({ signer: pki.leaf }),
    'signer-not-authorized',
    'missing ocspsigning usage',
  ],
  [
    'a delegate for any purpose',
    respond({ signer: delegate({ extensions: [signs, extKeyUsage([OID.anyExtendedKeyUsage])] }) }),
    'signer-not-authorized',
    'missing ocspsigning usage',
  ],
  [
    'a delegate with an unknown critical extension',
    respond({ signer: delegate({ extensions: [signs, forOcsp, critical] }) }),
    'critical-extension-unknown',
    'unhandled critical extension',
  ],
  [
    'an expired delegate',
    respond({ signer: delegate({ notAfter: shift(now, -MINUTE_MS) }) }),
    'response-outlives-signer',
    'certificate has expired',
  ],
  [
    'a delegate not valid yet',
    respond({ signer: delegate({ notBefore: shift(now, 60 * MINUTE_MS) }) }),
    'signer-not-valid',
    'not yet valid',
  ],
  [
    'a delegate whose certificate is missing',
    respond({ certs: [] }),
    'signer-not-found',
    'signer certificate not found',
  ],
  [
    'another serial number',
    respond({ certID: { ...single.certID, serialNumber: Buffer.of(1) } }),
    'certid-mismatch',
    'No Status found',
  ],
  [
    'another issuer',
    respond({ certID: createCertID(pki.leaf.certificate, pki.stranger.certificate) }),
    'certid-mismatch',
    'No Status found',
  ],
  [
    'nextUpdate gone',
    respond({ nextUpdate: shift(now, -10 * MINUTE_MS) }),
    'response-expired',
    'status expired',
  ],
  [
    'thisUpdate in an hour',
    respond({ thisUpdate: shift(now, 60 * MINUTE_MS) }),
    'this-update-in-future',
    'status not yet valid',
  ],
  [
    'nextUpdate before thisUpdate',
    respond({ thisUpdate: shift(now, 2 * MINUTE_MS), nextUpdate: shift(now, MINUTE_MS) }),
    'next-update-before-this-update',
    'nextupdate before thisupdate',
  ],
  [
    'unauthorized',
    createErrorResponse('unauthorized'),
    'responder-unauthorized',
    'Responder Error: unauthorized',
  ],
  ['tryLater', createErrorResponse('tryLater'), 'responder-try-later', 'Responder Error: trylater'],
  [
    'revoked',
    respond({ certStatus: revoked }),
    'certificate-revoked',
    /: revoked\n.*\n.*\n\tReason: keyCompromise/,
  ],
  ['unknown', respond({ certStatus: { type: 'unknown' } }), 'certificate-unknown', ': unknown'],
  [
    'a bystander’s certificate that is none',
    respond({ certs: [own, sequence(nullValue())] }),
    'asn1-unexpected',
    'Error parsing response',
  ],
  ['cut', respond().subarray(0, -1), 'der-malformed', 'Error reading OCSP response'],
];

/** What openssl takes and restaple does not. */
const STRICTER: readonly (readonly [string, Buffer, string])[] = [
  ['a byte behind the response', Buffer.concat([respond(), Buffer.of(0)]), 'der-trailing-bytes'],
  [
    'an indefinite length',
    Buffer.concat([Buffer.of(0x30, 0x80), content(respond()), Buffer.of(0, 0)]),
    'der-malformed',
  ],
  ['no nextUpdate', respond({ nextUpdate: undefined }), 'next-update-missing'],
  [
    'nextUpdate gone for four minutes',
    respond({ nextUpdate: shift(now, -4 * MINUTE_MS) }),
    'response-expired',
  ],
  [
    'an unknown critical extension of the response',
    respond({ responseExtensions: [critical] }),
    'critical-extension-unknown',
  ],
  [
    'an unknown critical extension of the answer',
    respond({ singleExtensions: [critical] }),
    'critical-extension-unknown',
  ],
  [
    'a delegate whose key is for encryption',
    respond({ signer: delegate({ extensions: [forOcsp, keyUsage(['keyEncipherment'])] }) }),
    'signer-key-usage',
  ],
  ['SHA-1', respond({ signer: delegate({ signature: { hash: 'sha1' } }) }), 'signature-algorithm-refused'],
  [
    'MD5',
    respond({ signer: delegate({ keys: testKeys('rsa-2048'), signature: { hash: 'md5' } }) }),
    'signature-algorithm-refused',
  ],
  ['version 2', respond({ version: 2 }), 'response-version-unknown'],
  [
    'revoked by the second of two answers',
    respond({ responses: [single, { ...single, certStatus: revoked }] }),
    'certificate-revoked',
  ],
  ['nine certificates', respond({ certs: Array.from({ length: 9 }, () => own) }), 'asn1-unexpected'],
];

describeWithPeer('openssl', 'a response that openssl judges, too', (openssl) => {
  it.each(GOOD)('is good: %s', async (_, der) => {
    expect(judge(der)).toBe('good');
    expect(await opinion(openssl, der)).toBe('good');
  });

  it('is good: a stranger trusted by name', async () => {
    const der = respond({ signer: pki.stranger });
    expect(judge(der, { trustedSigners: [pki.stranger.certificate] })).toBe('good');
    expect(await opinion(openssl, der, ({ stranger }) => ['-VAfile', stranger])).toBe('good');
  });

  it.each(REFUSED)('is refused: %s', async (_, der, code, objection) => {
    expect(judge(der)).toBe(code);
    expect(await opinion(openssl, der)).toMatch(objection);
  });

  it.each(STRICTER)('is good to openssl and not to restaple: %s', async (_, der, code) => {
    expect(judge(der)).toBe(code);
    expect(await opinion(openssl, der)).toBe('good');
  });
});
