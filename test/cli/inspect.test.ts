import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createErrorResponse } from '../../src/demo/pki/response.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { hex } from '../../src/text.ts';
import { certificatesPem, keyPem, withTempDir, writePki } from '../support/files.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { type TestPki, NEXT_UPDATE, NOW, shift, testResponse } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';
import { fixedPki } from './fixed-pki.ts';
import { inspect, inspectJson } from './inspect-helper.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

const pki: TestPki = fixedPki({
  ip: ['192.0.2.1', '2001:db8::1'],
  caIssuersUrls: ['http://ca.example.test/issuer.cer'],
  mustStaple: true,
});
/** A decoded extension in JSON: its type and what belongs to it. */
type Decoded = { readonly type: string } & Readonly<Record<string, unknown>>;

const certID = createCertID(pki.leaf.certificate, pki.issuer.certificate);
const request = createRequest(certID, [encodeNonce(Buffer.from('0123456789abcdef'))]);

describe('restaple inspect', () => {
  it('shows a certificate', async () => {
    expect(await inspect(certificatesPem(pki.leaf))).toMatchObject({
      exitCode: 0,
      err: '',
      out: `FILE: certificate
  Subject:              O=Restaple Test, CN=www.example.test
  Issuer:               O=Restaple Test, CN=Test Issuer
  Serial Number:        1003
  Version:              3
  Not Before:           Jan 11 12:00:00 2026 GMT
  Not After:            Apr 11 12:00:00 2026 GMT (ends in 45d)
  SHA-256 Fingerprint:  E42AC668BEE3BA8318A240EB6DF0FD437EAFEB5006F6DF49AA909DA7B23DAF88
  Public Key:           Ed25519
  Basic Constraints:    critical, no CA
  Key Usage:            critical, digitalSignature
  Extended Key Usage:   serverAuth
  Subject Key ID:       3D85343D95CD362930872E199B2C324DE404B56A
  Authority Key ID:     69684E51DA55F16E535CAADCC0C5C5AC1773C3A7
  Subject Alt Names:    DNS:www.example.test
                        IP:192.0.2.1
                        IP:2001:db8::1
  OCSP Responder:       http://ocsp.example.test/
  CA Issuers:           http://ca.example.test/issuer.cer
  TLS Feature:          status_request (must-staple)
  Must-Staple:          yes
  Signature Algorithm:  Ed25519
  Signature:            BFFAE64441036B83BBB830A529E897B9BE070F38E1DF8602B8A0801CEA67C568
                        30EEB0F4EC858DBD2E1BD3F678216C9A3E0696F1FE7C41848FB98371F1835209
`,
    });
  });

  it('shows a response', async () => {
    expect(await inspect(testResponse(pki))).toMatchObject({
      exitCode: 0,
      err: '',
      out: `FILE: OCSP response
  Response Status:      successful
  Response Type:        id-pkix-ocsp-basic
  Version:              1
  Responder Key Hash:   19A597D5561F7BFA42807D53C99BDEC623F4999E
  Produced At:          Feb 25 09:32:45 2026 GMT
  Answer:
    Hash Algorithm:    sha1
    Issuer Name Hash:  EF14A2A884AA871807DDF8E9B8DF4863A8B472FB
    Issuer Key Hash:   69684E51DA55F16E535CAADCC0C5C5AC1773C3A7
    Serial Number:     1003
    Status:            good
    This Update:       Feb 25 09:32:45 2026 GMT
    Next Update:       Feb 25 21:32:45 2026 GMT
    Life:              12h, 20 % used, ends in 9h32m
  Signature Algorithm:  Ed25519
  Signature:            965952BE681FFBF1560E46C42DF704852F1DDC1AAB2598EF187E2B4D1591F829
                        EE5917F85ECD2AA1B135C517F616F92F6C6E4DB911C5C0E5183A4523E10ED607
  Certificate:
    Subject:              O=Restaple Test, CN=Test OCSP Signer
    Issuer:               O=Restaple Test, CN=Test Issuer
    Serial Number:        1002
    Not Before:           Jan 26 12:00:00 2026 GMT
    Not After:            Mar 27 12:00:00 2026 GMT (ends in 30d)
    Extended Key Usage:   OCSPSigning
    SHA-256 Fingerprint:  CFC314530CC4B01925DAF47471CEECB30527875BC1536DC5B3CD7A416913AC55
`,
    });
  });

  it('shows a request', async () => {
    expect(await inspect(request)).toMatchObject({
      exitCode: 0,
      err: '',
      out: `FILE: OCSP request
  Version:    1
  Requestor:  not named
  Certificate Asked For:
    Hash Algorithm:    sha1
    Issuer Name Hash:  EF14A2A884AA871807DDF8E9B8DF4863A8B472FB
    Issuer Key Hash:   69684E51DA55F16E535CAADCC0C5C5AC1773C3A7
    Serial Number:     1003
  Nonce:      30313233343536373839616263646566
  Signature:  none
`,
    });
  });

  it('shows an answer that is none as what it is', async () => {
    expect(await inspect(createErrorResponse('tryLater'))).toMatchObject({
      exitCode: 0,
      err: '',
      out: 'FILE: OCSP response\n  Response Status:  tryLater\n',
    });
  });

  it('shows when and why a certificate was revoked, and who signed by name', async () => {
    const certStatus = {
      type: 'revoked',
      revocationTime: new Date('2026-02-01T08:15:00Z'),
      reason: 1,
    } as const;
    const { out } = await inspect(testResponse(pki, { certStatus, responderID: 'byName' }));
    expect(out).toContain(
      '    Status:            revoked\n' +
        '    Reason:            keyCompromise\n' +
        '    Revocation Time:   Feb  1 08:15:00 2026 GMT\n',
    );
    expect(out).toContain('  Responder Name:       O=Restaple Test, CN=Test OCSP Signer\n');
  });

  it.each([
    ['before it', -60 * DAY_MS, 'Not After: .*(starts in 15d)'],
    ['at its end', 45 * DAY_MS, 'Not After: .*(expired 0s ago)'],
    ['behind it', 48 * DAY_MS, 'Not After: .*(expired 3d ago)'],
  ])('says where now stands in the validity of a certificate: %s', async (_, ms, words) => {
    const { out } = await inspect(certificatesPem(pki.leaf), { now: shift(NOW, ms) });
    expect(out).toMatch(new RegExp(words.replaceAll(/[()]/g, '\\$&')));
  });

  it.each([
    ['half used', NEXT_UPDATE, -6 * HOUR_MS, 'Life:              12h, 50 % used, ends in 6h'],
    ['gone', NEXT_UPDATE, 90_000, 'Life:              12h, expired 1m30s ago'],
    ['to come', NEXT_UPDATE, -13 * HOUR_MS, 'Life:              12h, starts in 1h'],
  ])('says how much of the life of an answer is used: %s', async (_, from, ms, words) => {
    const { out } = await inspect(testResponse(pki), { now: shift(from, ms) });
    expect(out).toContain(`    ${words}\n`);
  });

  it('says that an answer has no end', async () => {
    const { out } = await inspect(testResponse(pki, { nextUpdate: undefined }));
    expect(out).toContain('    Next Update:       none\n');
    expect(out).not.toContain('Life');
  });

  it('says that a certificate names no responder', async () => {
    const { out } = await inspect(certificatesPem(pki.root));
    expect(out).toContain('  OCSP Responder:       none\n  Must-Staple:          no\n');
  });
});

describe('several things at once', () => {
  it('shows each certificate of a bundle, and nothing of the key in it', async () => {
    const bundle = `A server\n${keyPem(pki.leaf)}\r\n${certificatesPem(pki.leaf)}and its CA\n${certificatesPem(pki.issuer)}`;
    const { exitCode, out, err } = await inspect(bundle.replaceAll('\n', '\r\n'));
    expect({ exitCode, err }).toEqual({ exitCode: 0, err: '' });
    expect(out.split('\n').filter((line) => /^\S|Subject:/.test(line))).toEqual([
      'FILE: certificate 1 of 2',
      '  Subject:              O=Restaple Test, CN=www.example.test',
      'FILE: certificate 2 of 2',
      '  Subject:              O=Restaple Test, CN=Test Issuer',
    ]);
    expect(out).toContain('\n\nFILE: certificate 2 of 2\n');
    expect(out).not.toContain(hex(Buffer.alloc(32, 3)));
  });

  it('gives each file its heading, and the gravest exit code counts', async () => {
    await withTempDir(async (dir) => {
      const files = await writePki(dir, pki);
      const response = join(dir, 'a.ocsp');
      const cut = join(dir, 'cut.ocsp');
      await writeFile(response, testResponse(pki));
      await writeFile(cut, testResponse(pki).subarray(0, 100));
      const missing = join(dir, 'missing');
      const { exitCode, out, err } = await runCli(['inspect', files.leaf, cut, missing, response]);
      expect(exitCode).toBe(66);
      expect(out.split('\n').filter((line) => /^\S/.test(line))).toEqual([
        `${files.leaf}: certificate`,
        `${response}: OCSP response`,
      ]);
      expect(err).toBe(
        `restaple: ${cut}: OCSPResponse: value of 672 bytes where 96 are left (byte 0)\n` +
          'hint: it is damaged or cut short; get it again\n' +
          `restaple: ${missing}: cannot be read: no such file or directory (ENOENT)\n` +
          'hint: check the path and who may read it\n',
      );
    });
  });

  it('reads standard input', async () => {
    const { exitCode, out } = await runCli(['inspect', '-'], { stdin: request });
    expect(exitCode).toBe(0);
    expect(out).toMatch(/^standard input: OCSP request\n/);
  });
});

describe('--json', () => {
  it('has everything of a request', async () => {
    const noParameters = { parameters: '0500' };
    expect(await inspectJson(request)).toEqual([
      {
        file: '-',
        part: 1,
        parts: 1,
        line: null,
        type: 'ocsp-request',
        version: 1,
        requestorName: null,
        requests: [
          {
            certID: {
              hashAlgorithm: { oid: '1.3.14.3.2.26', name: 'sha1', ...noParameters },
              issuerNameHash: hex(certID.issuerNameHash),
              issuerKeyHash: hex(certID.issuerKeyHash),
              serialNumber: '1003',
            },
            extensions: [],
          },
        ],
        extensions: [
          {
            oid: '1.3.6.1.5.5.7.48.1.2',
            name: 'nonce',
            critical: false,
            value: '041030313233343536373839616263646566',
            decoded: { type: 'nonce', nonce: '30313233343536373839616263646566' },
            malformed: null,
          },
        ],
        signature: null,
      },
    ]);
  });

  it('has everything of a certificate', async () => {
    const { certificate } = pki.leaf;
    const extension = (oid: string, critical: boolean, decoded: Decoded): object => ({
      oid,
      name: decoded.type,
      critical,
      value: hex(certificate.extensions.find((one) => one.oid === oid)?.value ?? Buffer.alloc(0)),
      decoded,
      malformed: null,
    });
    expect(await inspectJson(`\n${certificatesPem(pki.leaf)}`)).toEqual([
      {
        file: '-',
        part: 1,
        parts: 1,
        line: 2,
        type: 'certificate',
        subject: 'O=Restaple Test, CN=www.example.test',
        issuer: 'O=Restaple Test, CN=Test Issuer',
        serialNumber: '1003',
        version: 3,
        notBefore: '2026-01-11T12:00:00Z',
        notAfter: '2026-04-11T12:00:00Z',
        life: {
          state: 'current',
          totalSeconds: 7_776_000,
          usedPercent: 50,
          remainingSeconds: 3_888_000,
          startsInSeconds: -3_888_000,
        },
        sha256Fingerprint: 'E42AC668BEE3BA8318A240EB6DF0FD437EAFEB5006F6DF49AA909DA7B23DAF88',
        publicKey: {
          oid: '1.3.101.112',
          kind: 'Ed25519',
          bits: 256,
          curve: null,
          exponent: null,
          der: hex(certificate.subjectPublicKeyInfo),
        },
        signatureAlgorithm: { oid: '1.3.101.112', name: 'Ed25519', parameters: null },
        signature: hex(certificate.signature),
        ocspUrls: ['http://ocsp.example.test/'],
        caIssuersUrls: ['http://ca.example.test/issuer.cer'],
        mustStaple: true,
        noRevAvail: false,
        extensions: [
          extension('2.5.29.19', true, { type: 'basicConstraints', ca: false, pathLength: null }),
          extension('2.5.29.15', true, { type: 'keyUsage', usages: ['digitalSignature'] }),
          extension('2.5.29.37', false, { type: 'extKeyUsage', purposes: ['serverAuth'] }),
          extension('2.5.29.14', false, {
            type: 'subjectKeyIdentifier',
            keyIdentifier: '3D85343D95CD362930872E199B2C324DE404B56A',
          }),
          extension('2.5.29.35', false, {
            type: 'authorityKeyIdentifier',
            keyIdentifier: '69684E51DA55F16E535CAADCC0C5C5AC1773C3A7',
          }),
          extension('2.5.29.17', false, {
            type: 'subjectAltName',
            names: ['DNS:www.example.test', 'IP:192.0.2.1', 'IP:2001:db8::1'],
          }),
          extension('1.3.6.1.5.5.7.1.1', false, {
            type: 'authorityInfoAccess',
            access: [
              { method: 'ocsp', url: 'http://ocsp.example.test/', name: null },
              { method: 'caIssuers', url: 'http://ca.example.test/issuer.cer', name: null },
            ],
          }),
          extension('1.3.6.1.5.5.7.1.24', false, { type: 'tlsFeature', features: [5] }),
        ],
      },
    ]);
  });

  it('has everything of a response', async () => {
    const { delegate } = pki;
    expect(await inspectJson(testResponse(pki))).toMatchObject([
      {
        file: '-',
        type: 'ocsp-response',
        responseStatus: 'successful',
        responseType: { oid: '1.3.6.1.5.5.7.48.1.1', name: 'id-pkix-ocsp-basic' },
        otherBytes: null,
        basic: {
          version: 1,
          responderID: { byName: null, byKey: '19A597D5561F7BFA42807D53C99BDEC623F4999E' },
          producedAt: '2026-02-25T09:32:45Z',
          responses: [
            {
              certID: { serialNumber: '1003' },
              status: 'good',
              revocation: null,
              thisUpdate: '2026-02-25T09:32:45Z',
              nextUpdate: '2026-02-25T21:32:45Z',
              life: { state: 'current', totalSeconds: 43_200, usedPercent: 20, remainingSeconds: 34_365 },
              extensions: [],
            },
          ],
          extensions: [],
          signatureAlgorithm: { name: 'Ed25519' },
          signature: expect.stringMatching(/^[0-9A-F]{128}$/),
          certificates: [
            {
              malformed: null,
              der: hex(delegate.certificate.raw),
              certificate: {
                subject: 'O=Restaple Test, CN=Test OCSP Signer',
                serialNumber: '1002',
                notAfter: '2026-03-27T12:00:00Z',
                extendedKeyUsage: ['OCSPSigning'],
              },
            },
          ],
        },
      },
    ]);
  });

  it('has files that cannot be shown in their place, and nothing on standard error', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'notes.txt');
      await writeFile(path, 'no certificate');
      const { exitCode, out, err } = await runCli(['inspect', '--json', path, '-'], { stdin: request });
      expect({ exitCode, err }).toEqual({ exitCode: 65, err: '' });
      expect(JSON.parse(out)).toMatchObject({
        verb: 'inspect',
        exitCode: 65,
        files: [
          {
            file: path,
            part: null,
            parts: null,
            line: null,
            error: {
              code: 'format-unknown',
              message: 'neither DER nor PEM',
              hint: 'give a certificate, an OCSP request or an OCSP response, in PEM or DER',
              exitCode: 65,
              rule: null,
              path,
              url: null,
              httpStatus: null,
            },
          },
          { file: '-', type: 'ocsp-request' },
        ],
      });
    });
  });
});

describeWithPeer('openssl', 'openssl and inspect', (openssl) => {
  it('say the same of a certificate', async () => {
    await withTempDir(async (dir) => {
      const { leaf } = await writePki(dir, pki);
      const { out } = await runCli(['inspect', leaf]);
      const options = ['-serial', '-startdate', '-enddate', '-fingerprint', '-sha256', '-ocsp_uri'];
      const { stdout } = await run(openssl, ['x509', '-in', leaf, '-noout', ...options]);
      const theirs = Object.fromEntries(
        stdout.split('\n').map((line) => [line.replace(/=.*/, ''), line.replace(/^.*?=/, '')]),
      );
      expect(out).toContain(`Serial Number:        ${theirs['serial']}\n`);
      expect(out).toContain(`Not Before:           ${theirs['notBefore']}\n`);
      expect(out).toContain(`Not After:            ${theirs['notAfter']} (`);
      expect(out).toContain(`SHA-256 Fingerprint:  ${theirs['sha256 Fingerprint']?.replaceAll(':', '')}\n`);
      expect(stdout).toContain('http://ocsp.example.test/\n');
    });
  });

  it.each([
    ['good', { type: 'good' }],
    ['revoked', { type: 'revoked', revocationTime: new Date('2026-02-01T08:15:00Z'), reason: 4 }],
    ['unknown', { type: 'unknown' }],
  ] as const)('say the same of a response that says %s', async (_, certStatus) => {
    await withTempDir(async (dir) => {
      const file = join(dir, 'a.ocsp');
      await writeFile(file, testResponse(pki, { certStatus, hash: 'sha256' }));
      const { out } = await runCli(['inspect', file]);
      const { stdout } = await run(openssl, ['ocsp', '-respin', file, '-resp_text', '-noverify']);
      const ours = new Map(
        out.split('\n').map((line) => [line.trim().replace(/:.*/, ''), line.replace(/^[^:]*: */, '')]),
      );
      for (const label of [
        'Produced At',
        'Hash Algorithm',
        'Issuer Name Hash',
        'Issuer Key Hash',
        'This Update',
        'Next Update',
        ...(certStatus.type === 'revoked' ? ['Revocation Time'] : []),
      ]) {
        expect(stdout).toContain(`${label}: ${ours.get(label)}\n`);
      }
      expect(stdout).toContain(`Cert Status: ${ours.get('Status')}\n`);
      expect(stdout).toContain(`Responder Id: ${ours.get('Responder Key Hash')}\n`);
    });
  });
});
