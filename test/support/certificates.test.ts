/** Certificates with everything in them, read by openssl: what it prints is what was asked for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { issueCertificate, randomSerial } from '../../src/demo/pki/certificate.ts';
import * as extensions from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { signatureAlgorithm } from '../../src/demo/pki/signing.ts';
import { utf8String } from '../../src/der/writer.ts';
import { decodeCertificate } from '../../src/x509/certificate.ts';
import { OID } from '../../src/x509/oids.ts';
import { withTempDir } from './files.ts';
import { testKeys } from './keys.ts';
import { describeWithPeer, run } from './peers.ts';

const { publicKey, privateKey } = testKeys('p256');
const everyName = name([
  ['C', 'AQ'],
  ['ST', 'Ross'],
  ['L', 'Scott Base'],
  ['O', 'Exämple'],
  ['OU', 'Test'],
  ['CN', 'x'],
]);
const fields = {
  subject: everyName,
  issuer: everyName,
  serial: 0x8001,
  notBefore: new Date('2049-12-31T23:59:59Z'),
  notAfter: new Date('2050-01-01T00:00:00Z'),
  publicKey,
  signer: signatureAlgorithm(privateKey),
};

/** What `openssl x509 -text` says about a certificate, every line trimmed. */
const printed = (openssl: string, der: Buffer): Promise<string[]> =>
  withTempDir(async (dir) => {
    const file = join(dir, 'certificate.der');
    await writeFile(file, der);
    const args = ['x509', '-in', file, '-noout', '-text', '-nameopt', 'RFC2253,-esc_msb,utf8'];
    const { code, stdout } = await run(openssl, args);
    expect(code).toBe(0);
    return stdout.split('\n').map((line) => line.trim());
  });

describeWithPeer('openssl', 'openssl reads', (openssl) => {
  it('every field and every extension', async () => {
    const der = issueCertificate({
      ...fields,
      extensions: [
        extensions.basicConstraints(true, 3),
        extensions.keyUsage(['keyEncipherment', 'cRLSign', 'decipherOnly']),
        extensions.extKeyUsage([OID.kpServerAuth, OID.kpOCSPSigning]),
        extensions.subjectAltName({ dns: ['a.test', '*.b.test'], ip: ['192.0.2.1', '2001:db8::1', '::'] }),
        extensions.authorityInfoAccess({ ocsp: ['http://o.test/'], caIssuers: ['http://c.test/ca.cer'] }),
        extensions.crlDistributionPoints(['http://c.test/ca.crl']),
        extensions.tlsFeature(),
        extensions.ocspNoCheck(),
        extensions.noRevAvail(),
        extensions.extension('1.2.3.4', utf8String('anything'), true),
      ],
    });
    expect(await printed(openssl, der)).toEqual(
      expect.arrayContaining([
        'Version: 3 (0x2)',
        'Serial Number: 32769 (0x8001)',
        'Subject: CN=x,OU=Test,O=Exämple,L=Scott Base,ST=Ross,C=AQ',
        'Not Before: Dec 31 23:59:59 2049 GMT',
        'Not After : Jan  1 00:00:00 2050 GMT',
        'CA:TRUE, pathlen:3',
        'Key Encipherment, CRL Sign, Decipher Only',
        'TLS Web Server Authentication, OCSP Signing',
        'DNS:a.test, DNS:*.b.test, IP Address:192.0.2.1, IP Address:2001:DB8:0:0:0:0:0:1, IP Address:0:0:0:0:0:0:0:0',
        'OCSP - URI:http://o.test/',
        'CA Issuers - URI:http://c.test/ca.cer',
        'URI:http://c.test/ca.crl',
        'status_request',
        'OCSP No Check:',
        '1.2.3.4: critical',
      ]),
    );
    // openssl 3.0 does not know this one by name.
    expect(decodeCertificate(der).extensions.map(({ oid }) => oid)).toContain('2.5.29.56');
  });

  it('a certificate of version 1, with a random serial number', async () => {
    const serial = randomSerial();
    const lines = await printed(openssl, issueCertificate({ ...fields, version: 1, serial }));
    expect(lines).toContain('Version: 1 (0x0)');
    expect(lines).toContain(serial.toString('hex').replaceAll(/(..)(?=.)/g, '$1:'));
  });
});
