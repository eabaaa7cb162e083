/** What can be wrong with what is typed behind `fetch`, a sentence each, and what restaple should make of it. */
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';
import { serverCertificate } from './world.ts';

const HOUR = 3_600_000;

export const pki: TestPki = createTestPki({ now: new Date() });
export const GOOD: Buffer = testResponse(pki);
const another = serverCertificate(pki, 'another.example.test', { serial: 0x2000 });

const leafPem = certificatesPem(pki.leaf);
const expired = serverCertificate(pki, 'old.example.test', {
  serial: 0x2001,
  notAfter: shift(pki.now, -HOUR),
  ocspUrls: ['http://127.0.0.1:9/'],
});
const silentAboutOcsp = serverCertificate(pki, 'none.example.test', { serial: 0x2002 });
const mustStaple = serverCertificate(pki, 'must.example.test', { serial: 0x2003, mustStaple: true });

/** A file called `cert` in `dir`. */
const file =
  (content: string | Buffer) =>
  async (dir: string): Promise<string[]> => {
    const path = join(dir, 'cert');
    await writeFile(path, content);
    return [path];
  };

/** What is typed behind `fetch`, made in a directory; the exit code, and words of the reason. */
export const INPUTS: readonly (readonly [string, (dir: string) => Promise<string[]>, number, string])[] = [
  ['a file that is not a certificate', file('hello'), 65, 'no certificate in it'],
  ['an empty file', file(''), 65, 'no certificate in it'],
  ['a private key', file(keyPem(pki.leaf)), 65, 'no certificate in it'],
  ['a certificate cut short in PEM', file(leafPem.slice(0, -40)), 65, 'has no END line'],
  ['a certificate cut short in DER', file(pki.leaf.certificate.raw.subarray(0, -9)), 65, 'Certificate'],
  [
    'a certificate with bytes behind it',
    file(Buffer.concat([pki.leaf.certificate.raw, GOOD])),
    65,
    'Certificate',
  ],
  [
    'two server certificates in one file',
    file(certificatesPem(pki.leaf, another)),
    65,
    '2 server certificates, a staple is for one',
  ],
  ['a file that is not there', (dir) => Promise.resolve([join(dir, 'cert')]), 66, '(ENOENT)'],
  [
    'a file of more than 10 MiB',
    async (dir) => {
      const [path = ''] = await file(leafPem)(dir);
      await truncate(path, 11 * 1024 * 1024);
      return [path];
    },
    66,
    'more than 10485760 bytes',
  ],
  [
    'a pattern that no file matches',
    (dir) => Promise.resolve([join(dir, '*.nothing')]),
    66,
    'no file matches the pattern',
  ],
  [
    'a leaf whose issuer is nowhere',
    file(leafPem),
    69,
    'is not in the file and the certificate does not say where to get it',
  ],
  [
    'another CA as the issuer',
    async (dir) => {
      await writeFile(join(dir, 'stranger.pem'), certificatesPem(pki.stranger));
      return [...(await file(leafPem)(dir)), '--issuer', join(dir, 'stranger.pem')];
    },
    65,
    'the given issuer is O=Restaple Test, CN=Stranger',
  ],
  ['an expired certificate', file(certificatesPem(expired, pki.issuer)), 65, 'the certificate ended at'],
  [
    'a certificate that names no responder',
    file(certificatesPem(silentAboutOcsp, pki.issuer)),
    69,
    'the certificate names no OCSP responder',
  ],
  [
    'a must-staple certificate that names no responder',
    file(certificatesPem(mustStaple, pki.issuer)),
    69,
    'the certificate is must-staple: clients that honour this refuse it without a staple',
  ],
];

/** A directory in which no certificate is. */
export async function directoryOfOthers(dir: string): Promise<string> {
  const path = join(dir, 'certs');
  await mkdir(path);
  await writeFile(join(path, 'README'), 'hello');
  await writeFile(join(path, 'server.key'), keyPem(pki.leaf));
  await writeFile(join(path, 'notes.pem'), 'no certificate');
  return path;
}
