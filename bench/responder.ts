/**
 * A program: an OCSP responder on loopback, in a process of its own so that its work counts for no contender. It writes
 * its PKI into the directory that is its argument, says on one line of JSON where everything is, and ends with its
 * standard input.
 */
import { type PkiFiles, writePki } from '../test/support/files.ts';
import { startResponder } from '../test/support/ocsp-responder.ts';
import { createTestPki } from '../test/support/pki.ts';

export interface ResponderReady {
  readonly url: string;
  readonly files: PkiFiles;
}

async function serve(dir: string): Promise<void> {
  // As a public CA has them: an RSA key that signs, a P-256 key of the server.
  const options = { now: new Date(), kind: 'rsa-2048' } as const;
  const responder = await startResponder({ pki: createTestPki(options) });
  // The same names, keys and serial numbers once more, now that the port is known: the same CertIDs.
  const pki = createTestPki({ ...options, leaf: { ocspUrls: [responder.url] } });
  const ready: ResponderReady = { url: responder.url, files: await writePki(dir, pki) };
  process.stdout.write(`${JSON.stringify(ready)}\n`);
  process.stdin.on('end', () => void responder.close()).resume();
}

const [, , dir] = process.argv;
if (dir === undefined) throw new Error('usage: responder DIRECTORY');
await serve(dir);
