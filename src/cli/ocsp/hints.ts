/** Advice in openssl's flags, where that of `../hints.ts` names options that this verb has not. */
import { type EdgeSign, type ErrorCode, RestapleError, TransportError } from '../../errors.ts';
import { hintFor } from '../hints.ts';

const TRUST_SIGNER = 'tell the CA; a signer that you trust all the same is named with -VAfile FILE';

const HINTS: Partial<Readonly<Record<ErrorCode, string>>> = {
  'format-unknown': 'give an OCSP request or response in DER',
  'certificate-not-found': 'give a certificate, in PEM, DER or PKCS#7',
  'certificate-ambiguous': 'put the certificate that is meant into a file of its own',
  'issuer-not-found': 'give the CA certificate that issued it with -issuer FILE; -noverify only prints',
  'issuer-mismatch':
    'give the CA certificate that issued it with -issuer, those above it with -verify_other, the root with -CAfile',
  'url-invalid': 'give a responder that works with -url URL',
  'address-refused': 'a redirect led there; where the responder really is: -url URL',
  'redirect-refused':
    'the responder has moved, or a login page is on the way; where the responder now is: -url URL',
  'proxy-failed':
    'check the proxy, its rules, and its user and password: -proxy URL, or http_proxy, https_proxy and all_proxy; -no_proxy HOST goes without',
  'http-tls-failed':
    'where a private CA issued its certificate: its root with -CAfile FILE, or NODE_EXTRA_CA_CERTS=FILE for a proxy; else check the URL and the clock of this machine',
  'http-status':
    'if the responder is behind a CDN it may want another Host: -header Host=NAME; else try later',
  'http-too-large': 'this is no OCSP responder; give another with -url URL',
  'responder-malformed-request': 'try -no_nonce, and no digest but -sha1',
  'responder-unauthorized':
    'the responder does not answer for this certificate: it is too new, expired, or of another CA; check -issuer and -url',
  'response-type-unknown': 'this is no responder for certificates of the Web; check -url',
  'response-version-unknown': 'this is no responder for certificates of the Web; check -url',
  'signature-invalid': 'the response was changed on its way, or the responder is broken; get it again',
  'signature-algorithm-refused':
    'a private CA that cannot do better is asked with restaple fetch and its --allow-sha1',
  'signer-not-found': 'the issuer may be the wrong one; or name the signer with -VAfile FILE',
  'signer-not-issued': 'a signer that your CA does not delegate to must be named with -VAfile FILE',
  'signer-not-authorized': TRUST_SIGNER,
  'signer-key-usage': TRUST_SIGNER,
  'this-update-in-future': 'check the clock of this machine; or give -validity_period more',
  'next-update-missing': 'set a validity at the responder; or say with -status_age how old it may be',
  'response-too-old': 'a cache before the responder may be stuck; or give -status_age more',
  'response-outlives-signer':
    'check the clock of this machine; a cache may hold a response of a signer that has ended',
  'responder-url-missing': 'give a responder with -url URL',
  'nonce-missing': 'the responder signs in advance, as most do; leave the nonce out with -no_nonce',
  'nonce-mismatch':
    'a cache answered, or this is the response to another request; leave the nonce out with -no_nonce',
  'certificate-unknown': 'a new certificate may need minutes to be known; else check -issuer and -url',
  'usage-invalid': 'restaple ocsp -help lists the flags',
};

const EDGE_HINTS: Partial<Readonly<Record<EdgeSign, string>>> = {
  'host-not-served':
    'the responder is behind a CDN: ask for it by its name, -url http://NAME/, or with -header Host=NAME',
  'rate-limited': 'wait as long as it says, and ask less often',
  blocked:
    'a firewall before the responder refuses this machine: ask the CA, or from elsewhere with -proxy URL',
  page: 'a login page, a block page or a website answers in place of the responder: see it with curl -i; another way there: -proxy URL',
};

export function ocspHint(error: unknown): string {
  if (error instanceof TransportError && error.edge !== undefined)
    return EDGE_HINTS[error.edge] ?? hintFor(error);
  return (error instanceof RestapleError ? HINTS[error.code] : undefined) ?? hintFor(error);
}
