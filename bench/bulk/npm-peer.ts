/**
 * A program that refreshes staples with a library from npm, as its README says: 64 certificates at a time, each answer
 * verified as far as the library does, a temporary file and a rename. Without syncs.
 *
 * `npm-peer.js LIBRARY DIRECTORY CERTIFICATES ISSUER OUT`: the library is installed in the directory.
 */
import { X509Certificate } from 'node:crypto';
import { readFileSync, readdirSync, renameSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';

type Done<T> = (error: Error | null, result: T) => void;

interface Ocsp {
  readonly request: { generate(certificate: string, issuer: string): { readonly data: Buffer } };
  readonly utils: { getResponse(url: string, request: Buffer, done: Done<Buffer>): void };
  getOCSPURI(certificate: string, done: Done<string>): void;
  verify(options: { request: object; response: Buffer }, done: Done<unknown>): void;
}

interface EasyOcsp {
  getCertStatus(
    certificate: string,
    config: { ca: string; ocspUrl: string; enableNonce: boolean; rawResponse: boolean },
  ): Promise<{ readonly status: string; readonly rawResponse: Buffer }>;
}

/** The verified answer about a certificate; both are PEM. */
type Fetch = (certificate: string, issuer: string) => Promise<Buffer>;

const AT_A_TIME = 64;

function fetcher(library: string, directory: string): Fetch {
  const load = createRequire(join(directory, 'package.json'));
  if (library === 'easy-ocsp') {
    const easy: EasyOcsp = load(library);
    return async (certificate, ca) => {
      // By itself it wants a URL of the issuer, too.
      const [, ocspUrl = ''] =
        /OCSP - URI:(\S+)/.exec(new X509Certificate(certificate).infoAccess ?? '') ?? [];
      const config = { ca, ocspUrl, enableNonce: false, rawResponse: true };
      const answer = await easy.getCertStatus(certificate, config);
      if (answer.status !== 'good') throw new Error(answer.status);
      return answer.rawResponse;
    };
  }
  const ocsp: Ocsp = load(library);
  return async (certificate, issuer) => {
    const request = ocsp.request.generate(certificate, issuer);
    const url = await promised<string>((done) => ocsp.getOCSPURI(certificate, done));
    const response = await promised<Buffer>((done) => ocsp.utils.getResponse(url, request.data, done));
    await promised((done) => ocsp.verify({ request, response }, done));
    return response;
  };
}

function promised<T>(call: (done: Done<T>) => void): Promise<T> {
  return new Promise((resolve, reject) =>
    call((error, result) => {
      if (error) reject(error);
      else resolve(result);
    }),
  );
}

const [, , library = '', directory = '', certificates = '', issuerPath = '', out = ''] = process.argv;
const fetch = fetcher(library, directory);
const issuer = readFileSync(issuerPath, 'utf8');
const names = readdirSync(certificates);
const worker = async (): Promise<void> => {
  for (let name = names.pop(); name !== undefined; name = names.pop()) {
    const der = await fetch(readFileSync(join(certificates, name), 'utf8'), issuer);
    const path = join(out, name.replace('.crt', '.ocsp'));
    writeFileSync(`${path}.tmp`, der);
    renameSync(`${path}.tmp`, path);
  }
};
await Promise.all(Array.from({ length: AT_A_TIME }, worker));
