/**
 * The certificates that a TLS server was made with, as far as it lets them be seen. Node keeps them in properties that its
 * documentation does not name, so nothing depends on finding any: a certificate that is not found here is met in its first
 * handshake, or is given by the program beforehand.
 */
import { type Server, createSecureContext } from 'node:tls';
import { attempt } from '../attempt.ts';
import { type Given, readGiven } from '../subject/given.ts';
import { decodeCertificate } from '../x509/certificate.ts';
import { isMustStaple } from '../x509/tls-feature.ts';
import { parseCertificates } from '../x509/bundle.ts';

/** Those of its own options (`cert`) and those of `addContext`. */
export function contextCertificates(server: Server): readonly Given[] {
  const { cert, ca, _sharedCreds: shared, _contexts: contexts } = Object(server);
  const issuers = list(ca).flatMap((one) =>
    isPem(one) ? (attempt(() => parseCertificates(bytes(one))) ?? []) : [],
  );
  const own = list(cert).flatMap((one) => (isPem(one) ? [attempt(() => readGiven(bytes(one)))] : []));
  const packed = pfxCertificates(server) ?? [];
  const loaded = [shared, ...list(contexts).map((entry) => list(entry)[1])].map((one) => loadedIn(one));
  return [...own, ...packed, ...loaded]
    .filter((given) => given !== undefined)
    .map((given) => ({ ...given, chain: [...given.chain, ...issuers] }));
}

/** Those of its option `pfx`; `undefined` where one cannot be read. */
export function pfxCertificates(server: Server): readonly Given[] | undefined {
  const { pfx, passphrase } = Object(server);
  const loaded = list(pfx).map((one) => {
    const { buf = one, passphrase: own = passphrase } = Object(one);
    return loadedIn(attempt(() => createSecureContext({ pfx: buf, passphrase: own })));
  });
  const known = loaded.filter((given) => given !== undefined);
  return known.length === loaded.length ? known : undefined;
}

/** A certificate as a context or `OCSPRequest` names it. */
export function givenOf(raw: Buffer, issuer: Buffer | null): Given {
  const certificate = decodeCertificate(Buffer.from(raw));
  const above = issuer === null ? [] : [decodeCertificate(Buffer.from(issuer))];
  const { label } = readGiven(certificate);
  return { certificate, chain: [certificate, ...above], mustStaple: isMustStaple(certificate), label };
}

/** The certificate that was loaded last into a SecureContext, or into what Node keeps inside of one. */
function loadedIn(secureContext: unknown): Given | undefined {
  const { context = secureContext } = Object(secureContext);
  return attempt(() => {
    const raw: unknown = context.getCertificate();
    const issuer: unknown = context.getIssuer();
    return Buffer.isBuffer(raw) ? givenOf(raw, Buffer.isBuffer(issuer) ? issuer : null) : undefined;
  });
}

function list(value: unknown): readonly unknown[] {
  if (Array.isArray(value)) return value;
  return value === undefined || value === null ? [] : [value];
}

const isPem = (value: unknown): value is string | Uint8Array =>
  typeof value === 'string' || value instanceof Uint8Array;

const bytes = (value: string | Uint8Array): Buffer =>
  typeof value === 'string' ? Buffer.from(value) : Buffer.from(value);
