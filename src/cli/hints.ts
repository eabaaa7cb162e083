/** What to do next, for each code: the only place where an error becomes advice. */
import {
  CrlError,
  type EdgeSign,
  type ErrorCode,
  ProbeError,
  ResponseError,
  RestapleError,
  TransportError,
} from '../errors.ts';
import { greetingOf } from '../doctor/greeting.ts';
import { shellWord } from '../shell-word.ts';

const HINTS: Readonly<Record<ErrorCode, string>> = {
  'der-malformed': 'it is damaged or cut short; get it again',
  'der-trailing-bytes': 'something stands behind it that does not belong there; get it again',
  'asn1-unexpected': 'it is damaged, or of another kind than it seems; get it again',
  'pem-malformed': 'the file is damaged or cut short; copy it again',
  'file-unreadable': 'check the path and who may read it',
  'output-unwritable': 'check the directory and who may write to it; the file that was there is untouched',
  'format-unknown': 'give a certificate, an OCSP request or an OCSP response, in PEM or DER',
  'certificate-not-found': 'give the certificate that the server presents, in PEM, DER or PKCS#7',
  'certificate-ambiguous': 'put each server certificate, with its chain, into a file of its own',
  'certificate-expired': 'renew the certificate; responders forget expired ones',
  'issuer-not-found': 'give the CA certificate that signed it with --issuer FILE',
  'issuer-mismatch': 'give the CA certificate whose key signed this one, often called the intermediate',
  'responder-url-missing':
    'many CAs have turned OCSP off; without it there is nothing to staple, unless you know a responder: --url URL',
  'url-invalid': 'give a responder that works with --url URL',
  'address-refused':
    'if that responder is yours: --allow-host HOST, --allow-private for all, or --url URL; else ask who made this certificate',
  'redirect-refused':
    'the responder has moved, or a login page is on the way; where the responder now is: --url URL',
  'proxy-failed':
    "check the proxy, its rules, and its user and password: --proxy URL, or http_proxy, https_proxy and all_proxy; --proxy '' uses none",
  'http-unreachable': 'check name resolution and the way out of this machine; the next run may succeed',
  'http-tls-failed':
    'where a private CA issued its certificate: --cacert FILE, or NODE_EXTRA_CA_CERTS=FILE for a proxy; else check the URL and the clock of this machine',
  'http-timeout': 'the responder or the way to it is slow; the next run may succeed',
  'http-status':
    "if the responder is behind a CDN it may want another Host: --url URL --header 'Host: NAME'; else try later",
  'http-not-ocsp':
    'a proxy, a login page or a CDN answered in place of the responder; see it with curl -i URL',
  'http-too-large': 'this is no OCSP responder; give another with --url URL',
  'responder-malformed-request': 'try --method post, or without --nonce and --hash sha256',
  'responder-internal-error': 'the responder is in trouble; try again later',
  'responder-try-later': 'the responder is busy; try again later',
  'responder-sig-required': 'this responder answers only signed requests; ask the CA for a public one',
  'responder-unauthorized':
    'the responder does not answer for this certificate: it is too new, expired, or of another CA; check --issuer and --url',
  'certid-mismatch': 'check that certificate, issuer and response belong together',
  'signature-algorithm-refused': 'a private CA that cannot do better: --allow-sha1',
  'signer-not-found': 'the issuer may be the wrong one; or name the signer with --trust FILE',
  'signer-not-issued': 'a signer that your CA does not delegate to must be named with --trust FILE',
  'signer-not-authorized': 'tell the CA; a signer that you trust all the same is named with --trust FILE',
  'this-update-in-future': 'check the clock of this machine',
  'next-update-missing': 'set a validity at the responder; or --allow-no-next-update with --max-age',
  'response-expired': 'the clock of this machine is wrong, or the responder or a cache before it is stuck',
  'nonce-missing': 'the responder signs in advance, as most do; leave --nonce out',
  'nonce-mismatch': 'a cache answered; leave --nonce out',
  'certificate-revoked': 'replace the certificate: clients that check will refuse it',
  'certificate-unknown': 'a new certificate may need minutes to be known; else check --issuer and --url',
  'der-too-large': 'no certificate or response is that large; give the right file or responder',
  'der-too-deep': 'no certificate or response is nested that deep; give the right file or responder',
  'usage-invalid': 'restaple --help lists the verbs, restaple VERB --help their options',
  'key-unusable': 'ask the CA for a certificate with a key of today',
  'response-type-unknown': 'this is no responder for certificates of the Web; check --url',
  'response-version-unknown': 'this is no responder for certificates of the Web; check --url',
  'signature-invalid':
    'the response was changed on its way, or the responder is broken; try --method post, which no cache answers',
  'signature-algorithm-unknown': 'tell the CA; nothing on your side can change how it signs',
  'signer-key-usage': 'tell the CA; a signer that you trust all the same is named with --trust FILE',
  'signer-not-valid': 'check the clock of this machine; else tell the CA that its signer has expired',
  'next-update-before-this-update': 'tell the CA; the responder contradicts itself',
  'response-too-old': 'a cache before the responder may be stuck: try --method post; or give --max-age more',
  'response-outlives-signer':
    'check the clock of this machine; a cache may hold a response of a signer that has ended: try --method post',
  'response-outlives-certificate': 'renew the certificate; responders forget expired ones',
  'critical-extension-unknown': 'tell the CA; what an extension means that nobody knows cannot be ignored',
  'crl-not-found': 'no CRL says whether it is revoked; ask the CA where it publishes revocation',
  'crl-not-served':
    'the web server of the CA, a login page or a firewall answers in its place; see it with curl -i URL, or try later',
  'crl-malformed':
    'the CRL was damaged on its way, or the CA writes it wrong; get it again, else tell the CA',
  'crl-signer-refused':
    'the CA signs its CRL with another certificate than it issues with; check --issuer, else tell the CA',
  'crl-signature-invalid': 'the CRL was changed on its way, or is of another key of the CA; check --issuer',
  'crl-algorithm-refused': 'a private CA that cannot do better: --allow-sha1 (MD5 and MD2 never)',
  'crl-not-current':
    'check the clock of this machine; else the CA, or a cache before it, hands out an old CRL',
  'crl-out-of-scope':
    'the CA, a cache or somebody on the way hands out the CRL of other certificates: tell the CA',
  'crl-unsupported': 'restaple takes complete CRLs of the issuer alone; ask the CA for one',
  'keeper-not-running':
    'start a keeper with restaple run, or do without: restaple fetch CERT; one that runs elsewhere: --control PATH',
  'keeper-no-answer':
    'look at the log of restaple run; after an update of restaple the keeper must be started again',
  'socket-unusable':
    'another place: --control PATH, of at most 107 bytes; for a relay --listen, or listen in its config',
  'certificate-not-kept': 'restaple status lists what is kept',
  'store-not-found': 'restaple run makes one; one that is elsewhere: --store DIR',
  'server-refused': 'look at the log of the server; it goes on with the staple that it has',
  'server-check-failed': 'mend the configuration of the server, which is not reloaded until then',
  'server-reload-failed': 'look at the log of the server; restaple tries again',
  'store-locked': 'one keeper is enough for a store: end the other, or give this one its own: --store DIR',
  'probe-unreachable': 'check the name, the port, and whether a firewall is on the way',
  'probe-starttls-failed':
    'the port may be of another protocol, or the server may have TLS switched off: look at its configuration',
  'probe-tls-failed':
    'the port may begin without TLS (STARTTLS), or wait for a PROXY header; else look at the log of the server',
  'probe-timeout':
    'the server or the way to it is slow, or it waits for something else than what it was told; the next try may succeed',
  'config-invalid': 'mend these lines; every key stands in docs/reference/config.md',
  internal: 'this is a fault of restaple; please report it with what you typed',
};

/** Where it is plain what stands before the responder, that is more to the point. */
const EDGE_HINTS: Readonly<Record<EdgeSign, string>> = {
  'host-not-served':
    "the responder is behind a CDN: ask for it by its name, --url http://NAME/, or --url URL --header 'Host: NAME'",
  'rate-limited': 'wait as long as it says; ask less at a time: --jobs N',
  'origin-gone': 'the responder behind this CDN is down; the next run may succeed',
  blocked:
    'a firewall before the responder refuses this machine: ask the CA, or from elsewhere with --proxy URL',
  page: 'a login page, a block page or a website answers in place of the responder: see it with curl -i URL; another way there: --proxy URL',
  portal: 'a captive portal: log this machine in to its network, then run again',
};

const CACHED_HINT =
  'a cache before the responder is stuck: try --method post, which no cache answers, and tell the CA';

/** Statuses with which an edge says that it does not serve what was asked for: the Host, most often. */
const NOT_SERVED: ReadonlySet<number | undefined> = new Set([400, 403, 404]);

const METADATA_HINT =
  'the certificate is hostile or wrong, for no responder is there: ask whoever gave it to you, and do not allow it';

/** It is there, so names and routes are not the matter. */
const BROKEN_OFF_HINT =
  'the server, or a firewall on the way, breaks the connection off: another way there is --proxy URL; the next run may succeed';
const NOT_HTTP_HINT =
  'what listens there does not speak HTTP as it should: check the URL and its port; give another with --url URL';

const REDIRECTED_HINT =
  'the responder, or a login page on the way, redirects there: see it with curl -i URL; where the responder now is: --url URL';

/** A server that ends a handshake says why, by the alert. */
const UNRECOGNIZED_NAME = 'ERR_SSL_TLSV1_UNRECOGNIZED_NAME';

function tlsHint({ cause, said }: ProbeError): string | undefined {
  const protocol = said && greetingOf(said);
  if (protocol) return `the port begins without TLS, as ${protocol} does: --starttls ${protocol}`;
  const code = String(Object(cause).code);
  if (code === UNRECOGNIZED_NAME)
    return 'the server has no certificate for the name that it was asked for; another name: --servername NAME';
  if (/^ERR_SSL_.*ALERT/.test(code))
    return 'the server ends the handshake: look at its log; it may want another version, kind of key, or a certificate of the client';
  return undefined;
}

export function hintFor(error: unknown): string {
  if (error instanceof CrlError && error.url !== undefined)
    return hintOf(error).replace('curl -i URL', `curl -i ${shellWord(error.url)}`);
  if (error instanceof ProbeError && error.code === 'probe-tls-failed')
    return tlsHint(error) ?? hintOf(error);
  if (!(error instanceof TransportError)) return hintOf(error);
  const { url } = error;
  return hintOf(error)
    .replace('curl -i URL', `curl -i ${shellWord(url)}`)
    .replace(
      '--allow-host HOST',
      `--allow-host ${URL.canParse(url) ? shellWord(new URL(url).hostname) : 'HOST'}`,
    );
}

function hintOf(error: unknown): string {
  if (error instanceof ResponseError && error.isCached) return CACHED_HINT;
  if (error instanceof TransportError && error.edge !== undefined) return EDGE_HINTS[error.edge];
  if (error instanceof TransportError && error.code === 'http-unreachable') {
    const code = causeCode(error);
    if (code === 'ECONNRESET' || code === 'EPIPE') return BROKEN_OFF_HINT;
    if (code?.startsWith('HPE_')) return NOT_HTTP_HINT;
  }
  if (error instanceof TransportError && error.code === 'address-refused') {
    if (error.cause instanceof RestapleError) return REDIRECTED_HINT;
    if (error.isMetadata) return METADATA_HINT;
  }
  if (error instanceof TransportError && error.code === 'http-status' && !NOT_SERVED.has(error.status)) {
    return 'the responder, or what stands before it, is in trouble; try again later';
  }
  return HINTS[error instanceof RestapleError ? error.code : 'internal'];
}

/** As Node.js has it. */
function causeCode({ cause }: Error): string | undefined {
  return cause instanceof Error && 'code' in cause ? String(cause.code) : undefined;
}

/** Of these the doctor tells more: he looks at names and addresses, asks in other ways, and reads the clock. */
const DOCTOR: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'der-malformed',
  'der-trailing-bytes',
  'asn1-unexpected',
  'issuer-mismatch',
  'responder-url-missing',
  'redirect-refused',
  'http-unreachable',
  'http-timeout',
  'http-tls-failed',
  'http-status',
  'http-not-ocsp',
  'http-too-large',
  'responder-malformed-request',
  'responder-unauthorized',
  'certid-mismatch',
  'signature-invalid',
  'signer-not-found',
  'signer-not-issued',
  'signer-not-authorized',
  'signer-not-valid',
  'this-update-in-future',
  'response-expired',
  'response-too-old',
  'response-outlives-signer',
]);

/** What says plainly that only time or a login helps. */
const PLAIN: ReadonlySet<EdgeSign | undefined> = new Set<EdgeSign>(['rate-limited', 'origin-gone', 'portal']);

export function doctorTellsMore(error: unknown): boolean {
  if (error instanceof TransportError && PLAIN.has(error.edge)) return false;
  return error instanceof RestapleError && DOCTOR.has(error.code);
}
