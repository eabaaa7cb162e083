/** OpenSSL's opinion of the CRLs that the tests make, and of those that are refused. */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { verifyCrl } from '../../src/crl/verify-crl.ts';
import { crlDistributionPoints, extension } from '../../src/demo/pki/extensions.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { integer } from '../../src/der/writer.ts';
import { formatPem } from '../../src/der/pem.ts';
import { RestapleError } from '../../src/errors.ts';
import { OID } from '../../src/x509/oids.ts';
import {
  type CrlFields,
  crlNumber,
  entry,
  issuingDistributionPoint,
  reasonCode,
  serial,
} from '../support/crl.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { testKeys } from '../support/keys.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { NOW, THIS_UPDATE } from '../support/pki.ts';
import { OPTIONS, URL_OF_CRL, crl, pki } from './world.ts';

const leaf = createServer(pki.issuer, {
  name: name([['CN', 'www.example.test']]),
  keys: testKeys('p256', 3),
  serial: 0x3000,
  notBefore: pki.leaf.certificate.notBefore,
  notAfter: pki.leaf.certificate.notAfter,
  extensions: [crlDistributionPoints([URL_OF_CRL])],
});
const mine = Buffer.of(0x30, 0);

const ours = (der: Buffer): string => {
  try {
    return verifyCrl(der, { ...OPTIONS, certificate: leaf.certificate }).certStatus.type;
  } catch (error) {
    if (error instanceof RestapleError) return 'refused';
    throw error;
  }
};

describeWithPeer('openssl', 'openssl, asked about the same CRL', (openssl) => {
  const theirs = (der: Buffer): Promise<string> =>
    withTempDir(async (dir) => {
      const put = async (file: string, text: string): Promise<string> => {
        await writeFile(join(dir, file), text);
        return join(dir, file);
      };
      const { code, stderr, stdout } = await run(openssl, [
        'verify',
        '-crl_check',
        '-attime',
        String(NOW.getTime() / 1000),
        '-CAfile',
        await put('root.pem', certificatesPem(pki.root)),
        '-untrusted',
        await put('issuer.pem', certificatesPem(pki.issuer)),
        '-CRLfile',
        await put('crl.pem', formatPem('X509 CRL', der)),
        await put('leaf.pem', certificatesPem(leaf)),
      ]);
      if (code === 0) return 'good';
      return /certificate revoked/.test(stderr + stdout) ? 'revoked' : 'refused';
    });

  const MINUTE_MS = 60_000;
  it.each<[string, Partial<CrlFields>, string]>([
    ['an empty CRL', {}, 'good'],
    ['one without a list', { entries: undefined }, 'good'],
    ['one of others', { entries: [entry(serial(1)), entry(serial(2), NOW, [reasonCode(4)])] }, 'good'],
    [
      'one that lists it',
      { entries: [entry(serial(1)), entry(mine, THIS_UPDATE, [reasonCode(1)])] },
      'revoked',
    ],
    ['one for its place', { extensions: [issuingDistributionPoint({ urls: [URL_OF_CRL] })] }, 'good'],
    ['one for servers', { extensions: [issuingDistributionPoint({ flags: [1] })] }, 'good'],
    [
      'one for another place',
      { extensions: [issuingDistributionPoint({ urls: ['http://b.test/'] })] },
      'refused',
    ],
    ['one for CAs', { extensions: [issuingDistributionPoint({ flags: [2] })] }, 'refused'],
    ['one for some reasons', { extensions: [issuingDistributionPoint({ reasons: true })] }, 'refused'],
    [
      'a delta',
      { extensions: [crlNumber(8), extension(OID.deltaCRLIndicator, integer(7), true)] },
      'refused',
    ],
    [
      'an unknown critical extension',
      { extensions: [extension('1.3.6.1.4.1.99999.1', integer(1), true)] },
      'refused',
    ],
    [
      'an old one',
      {
        thisUpdate: new Date(NOW.getTime() - 9 * MINUTE_MS),
        nextUpdate: new Date(NOW.getTime() - MINUTE_MS),
      },
      'refused',
    ],
    ['one of a stranger', { signer: pki.stranger, issuer: pki.issuer.certificate.subject }, 'refused'],
  ])('says of %s what restaple says', async (_, fields, verdict) => {
    const der = crl(fields);
    expect(ours(der)).toBe(verdict);
    expect(await theirs(der)).toBe(verdict);
  });

  it('reads what the tests make', async () => {
    const der = crl({ entries: [entry(mine, THIS_UPDATE, [reasonCode(1)])] });
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'a.crl'), der);
      const { stdout, code } = await run(openssl, [
        'crl',
        '-inform',
        'DER',
        '-in',
        join(dir, 'a.crl'),
        '-noout',
        '-text',
      ]);
      expect(code).toBe(0);
      expect(stdout).toContain('Serial Number: 3000');
      expect(stdout).toContain('Key Compromise');
      expect(stdout).toContain('Version 2 (0x1)');
    });
  });

  it('makes a CRL that restaple reads', async () => {
    await withTempDir(async (dir) => {
      const config = `[ca]\ndefault_ca = x\n[x]\ndatabase = ${dir}/index\ncrlnumber = ${dir}/number\ndefault_md = sha256\n`;
      await writeFile(
        join(dir, 'index'),
        `R\t301231235959Z\t260101000000Z,keyCompromise\t3000\tunknown\t/CN=a\n`,
      );
      await writeFile(join(dir, 'index.attr'), '');
      await writeFile(join(dir, 'number'), '07\n');
      await writeFile(join(dir, 'ca.cnf'), config);
      await writeFile(join(dir, 'ca.pem'), certificatesPem(pki.issuer));
      await writeFile(
        join(dir, 'ca.key'),
        pki.issuer.keys.privateKey.export({ format: 'pem', type: 'pkcs8' }),
      );
      const made = join(dir, 'made.pem');
      const { code } = await run(openssl, [
        'ca',
        '-gencrl',
        '-config',
        join(dir, 'ca.cnf'),
        '-cert',
        join(dir, 'ca.pem'),
        '-keyfile',
        join(dir, 'ca.key'),
        '-crldays',
        '7',
        '-out',
        made,
      ]);
      expect(code).toBe(0);
      const der = await run(openssl, ['crl', '-in', made, '-outform', 'DER', '-out', join(dir, 'made.crl')]);
      expect(der.code).toBe(0);
      const now = new Date();
      const verdict = verifyCrl(await readFile(join(dir, 'made.crl')), {
        ...OPTIONS,
        certificate: leaf.certificate,
        now,
      });
      expect(verdict).toMatchObject({
        certStatus: { type: 'revoked', revocationTime: new Date('2026-01-01T00:00:00Z'), reason: 1 },
        entries: 1,
      });
    });
  });
});
