/** What can go wrong with a fetch, a sentence each, and what restaple should make of it. */
import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { rawResponse } from '../support/alter.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type Behaviour, answer, hangUp } from '../support/http-server.ts';
import { type ResponseOverrides, type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';
import { serverCertificate } from './world.ts';

const HOUR = 3_600_000;

export const pki: TestPki = createTestPki({ now: new Date() });
export const GOOD: Buffer = testResponse(pki);
const response = (overrides: ResponseOverrides): Behaviour => answer({ body: testResponse(pki, overrides) });
const another = serverCertificate(pki, 'another.example.test', { serial: 0x2000 });

/** A behaviour of the responder, the exit code, and words of the reason. */
export const ANSWERS: readonly (readonly [string, Behaviour, number, string])[] = [
  [
    'a response for another certificate',
    response({ certID: createCertID(another.certificate, pki.issuer.certificate) }),
    65,
    'the response is for serial 2000, not for serial 1003',
  ],
  [
    'a response by a stranger',
    response({ signer: pki.stranger }),
    65,
    'not by O=Restaple Test, CN=Test Issuer',
  ],
  [
    "a response by a stranger's delegate",
    response({ signer: pki.strangerDelegate }),
    65,
    'not by O=Restaple Test, CN=Test Issuer',
  ],
  ['a response by the server itself', response({ signer: pki.leaf }), 65, 'OCSPSigning'],
  [
    'an expired response',
    response({ thisUpdate: shift(pki.now, -2 * HOUR), nextUpdate: shift(pki.now, -HOUR) }),
    65,
    'is not after now',
  ],
  [
    'a response from the future',
    response({ thisUpdate: shift(pki.now, HOUR), nextUpdate: shift(pki.now, 2 * HOUR) }),
    65,
    'is more than 5m after now',
  ],
  ['a response without nextUpdate', response({ nextUpdate: undefined }), 65, 'no nextUpdate'],
  ['a response that is cut short', answer({ body: GOOD.subarray(0, -7) }), 65, 'OCSPResponse'],
  ['a response with a byte behind it', answer({ body: Buffer.concat([GOOD, Buffer.alloc(1)]) }), 65, 'byte'],
  [
    'a response of 10 MB that says its length',
    answer({ body: Buffer.concat([GOOD, Buffer.alloc(10_000_000)]) }),
    65,
    'more than the 262144 allowed',
  ],
  [
    'a response of 10 MB that does not',
    (request, socket) => {
      const head = answer({
        headers: [
          ['Connection', 'close'],
          ['Transfer-Encoding', 'identity'],
        ],
        body: GOOD,
      });
      head(request, socket);
      socket.end(Buffer.alloc(10_000_000));
    },
    65,
    'larger than the 262144 bytes allowed',
  ],
  [
    'a page for people with status 200',
    answer({ headers: [['Content-Type', 'text/html']], body: '<html><title>Log in</title></html>' }),
    75,
    'not an OCSP response (status 200, 34 bytes): a page with the title "Log in"',
  ],
  ['nothing with status 200', answer({ body: '' }), 75, 'the answer is empty'],
  ['404', answer({ status: 404, reason: 'Not Found' }), 75, '404 Not Found'],
  ['a connection that it closes', hangUp, 75, 'closed the connection'],
  ['tryLater', answer({ body: rawResponse(3) }), 75, 'tryLater'],
  ['internalError', answer({ body: rawResponse(2) }), 75, 'internalError'],
  ['malformedRequest', answer({ body: rawResponse(1) }), 69, 'malformedRequest'],
  ['sigRequired', answer({ body: rawResponse(5) }), 69, 'sigRequired'],
  ['unauthorized', answer({ body: rawResponse(6) }), 69, 'unauthorized'],
  ['a status that no RFC defines', answer({ body: rawResponse(4) }), 65, 'OCSPResponse'],
];

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
