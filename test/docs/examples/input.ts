/** How each error about what the user gave comes about. */
import { generateKeyPairSync } from 'node:crypto';
import { respondersOf } from '../../../src/subject/subject.ts';
import { partsOf } from '../../../src/cli/describe/parts.ts';
import { loadJudgement } from '../../../src/cli/judge-options.ts';
import { createServer } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import type { InputCode } from '../../../src/errors.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import { IssuerFetcher } from '../../../src/issuer/fetch-issuer.ts';
import { requireIssuer } from '../../../src/issuer/find-issuer.ts';
import { loadCertificates, readInputFile } from '../../../src/issuer/load-certificates.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { findLeaf } from '../../../src/x509/chain.ts';
import { importPublicKey } from '../../../src/x509/public-key.ts';
import { keyPem, withTempDir, writePki } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { NOW, createTestPki } from '../../support/pki.ts';
import type { Examples } from './example.ts';

const pki = createTestPki();
const leaf = pki.leaf.certificate;

const mail = createServer(pki.issuer, {
  name: name([['CN', 'mail.example.test']]),
  keys: testKeys('p256', 3),
  serial: 0x3000,
  notBefore: leaf.notBefore,
  notAfter: leaf.notAfter,
}).certificate;

const subject = { certificate: leaf, chain: [], mustStaple: false };

export const INPUT_EXAMPLES: Examples<InputCode> = {
  'usage-invalid': () =>
    loadJudgement({ trust: undefined, allowSha1: false, maxAge: undefined, allowNoNextUpdate: true }),
  'file-unreadable': () => readInputFile('no-such-directory/domain.crt'),
  'output-unwritable': () => writeFileAtomically('no-such-directory/domain.ocsp', Buffer.alloc(1)),
  'format-unknown': () => partsOf(Buffer.from(keyPem(pki.leaf)), 'domain.key'),
  'certificate-not-found': () =>
    withTempDir(async (dir) => loadCertificates((await writePki(dir, pki)).leafKey)),
  'certificate-ambiguous': () => findLeaf([leaf, mail]),
  'certificate-expired': () => respondersOf(subject, undefined, leaf.notAfter),
  'issuer-not-found': () => new IssuerFetcher(createHttpClient()).fetchIssuer(leaf),
  'issuer-mismatch': () => requireIssuer(leaf, [pki.root.certificate]),
  'responder-url-missing': () => respondersOf({ ...subject, certificate: mail }, undefined, NOW),
  'key-unusable': () => importPublicKey(weakKey()),
};

function weakKey(): Buffer {
  const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 512 });
  return publicKey.export({ format: 'der', type: 'spki' });
}
