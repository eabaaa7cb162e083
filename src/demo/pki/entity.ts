/** Whoever has a key and a certificate, in the four roles that a story about OCSP needs. */
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import type { Extension } from '../../x509/extension.ts';
import { OID } from '../../x509/oids.ts';
import { issueCertificate } from './certificate.ts';
import {
  authorityInfoAccess,
  authorityKeyIdentifier,
  basicConstraints,
  extKeyUsage,
  keyUsage,
  ocspNoCheck,
  subjectAltName,
  subjectKeyIdentifier,
  tlsFeature,
} from './extensions.ts';
import type { KeyPair } from './keys.ts';
import { type SignatureAlgorithm, type SignatureOptions, signatureAlgorithm } from './signing.ts';

/** `signer` is how its key signs; `certificate.raw` is the certificate in DER. */
export interface Entity {
  readonly keys: KeyPair;
  readonly signer: SignatureAlgorithm;
  readonly certificate: Certificate;
}

/**
 * What every certificate needs. `signature` says how the new key signs (not how it is signed: that is its issuer's
 * choice). `extensions`, when given, stand in place of those of the role. `name` is a Name in DER.
 */
export interface EntityOptions {
  readonly name: Buffer;
  readonly keys: KeyPair;
  readonly serial: number | Uint8Array;
  readonly notBefore: Date;
  readonly notAfter: Date;
  readonly signature?: SignatureOptions;
  readonly extensions?: readonly Extension[];
}

/** A server's names, and where its certificate says that OCSP and the issuer's certificate are to be had. */
export interface ServerOptions extends EntityOptions {
  readonly dns?: readonly string[];
  readonly ip?: readonly string[];
  readonly ocspUrls?: readonly string[];
  readonly caIssuersUrls?: readonly string[];
  readonly mustStaple?: boolean;
}

/** A CA that signs its own certificate. */
export function createRoot(options: EntityOptions): Entity {
  return create(undefined, options, () => [
    basicConstraints(true),
    keyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
    subjectKeyIdentifier(options.keys.publicKey),
  ]);
}

/** A CA below another one; with digitalSignature, so that it may sign OCSP responses itself. */
export function createIntermediate(issuer: Entity, options: EntityOptions): Entity {
  return create(issuer, options, () => [
    basicConstraints(true, 0),
    keyUsage(['digitalSignature', 'keyCertSign', 'cRLSign']),
    subjectKeyIdentifier(options.keys.publicKey),
    authorityKeyIdentifier(issuer.keys.publicKey),
  ]);
}

/** A TLS server. */
export function createServer(issuer: Entity, options: ServerOptions): Entity {
  const { dns = [], ip = [], ocspUrls = [], caIssuersUrls = [], mustStaple = false } = options;
  return create(issuer, options, () => [
    basicConstraints(false),
    keyUsage(['digitalSignature']),
    extKeyUsage([OID.kpServerAuth]),
    subjectKeyIdentifier(options.keys.publicKey),
    authorityKeyIdentifier(issuer.keys.publicKey),
    ...(dns.length + ip.length > 0 ? [subjectAltName({ dns, ip })] : []),
    ...(ocspUrls.length + caIssuersUrls.length > 0
      ? [authorityInfoAccess({ ocsp: ocspUrls, caIssuers: caIssuersUrls })]
      : []),
    ...(mustStaple ? [tlsFeature()] : []),
  ]);
}

/** A delegated OCSP signer (RFC 6960 section 4.2.2.2). */
export function createOcspSigner(issuer: Entity, options: EntityOptions): Entity {
  return create(issuer, options, () => [
    basicConstraints(false),
    keyUsage(['digitalSignature']),
    extKeyUsage([OID.kpOCSPSigning]),
    subjectKeyIdentifier(options.keys.publicKey),
    authorityKeyIdentifier(issuer.keys.publicKey),
    ocspNoCheck(),
  ]);
}

function create(issuer: Entity | undefined, options: EntityOptions, ofRole: () => Extension[]): Entity {
  const { name, keys } = options;
  const signer = signatureAlgorithm(keys.privateKey, options.signature);
  const der = issueCertificate({
    subject: name,
    issuer: issuer?.certificate.subject ?? name,
    serial: options.serial,
    notBefore: options.notBefore,
    notAfter: options.notAfter,
    publicKey: keys.publicKey,
    signer: issuer?.signer ?? signer,
    extensions: options.extensions ?? ofRole(),
  });
  return { keys, signer, certificate: decodeCertificate(der) };
}
