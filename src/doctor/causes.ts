/** For each error what it means in the end, and the command that gets further. */
import {
  DerError,
  type EdgeSign,
  type ErrorCode,
  InputError,
  ResponseError,
  RestapleError,
  TransportError,
} from '../errors.ts';
import type { Advice, Conclusion } from './advice.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';
import { beside, list, marks } from './file-commands.ts';

const inspect: Advice['next'] = (commands) => commands.inspect();
const again: Advice['next'] = (commands) => commands.fetch();
const look: Advice['next'] = (commands) => commands.inspectResponse();
/** What came, where `fetch` would not hand it on even unverified. */
const raw: Advice['next'] = (commands, _error, { asked }) => {
  const got = asked?.exchanges.find(({ request }) => request.method === 'GET')?.request.url.href;
  return got === undefined ? commands.inspect() : `${commands.curl('-s', got)} | restaple inspect -`;
};
const withoutNonce: Advice['next'] = (commands) => commands.fetch([], ['--nonce']);
/** Where the clocks were put side by side and agree, it is not to blame. */
const clock: Advice['next'] = (commands, error, known) =>
  known.aheadMs === undefined ? commands.of('timedatectl') : look(commands, error, known);
const open: Advice['next'] = (commands, error, known) => curl('-i', commands, error, known);
/**
 * Longer than was typed; where nothing was, it is not the time for the whole attempt that ran off but that for one answer,
 * for which `fetch` has no option.
 */
const wait: Advice['next'] = (commands, error, known) =>
  commands.isTyped('--timeout')
    ? commands.fetch(['--timeout', '2m'])
    : curl('-v', commands, error, known, PATIENT);
const PATIENT: readonly string[] = ['--max-time', '120', '-o', '/dev/null'];
/** Of what has no end, the beginning. */
const begin: Advice['next'] = (commands, error, known) =>
  `${curl('-si', commands, error, known)} | head -c 1000`;
const connect: Advice['next'] = (commands, error, known) => curl('-v', commands, error, known);

const urlOf = (error: RestapleError): string | undefined =>
  error instanceof TransportError ? error.url : undefined;

/** What was asked of this place, the question included where it went by GET. */
function curl(
  view: '-i' | '-si' | '-v',
  commands: Commands,
  error: RestapleError,
  known: Known,
  more: readonly string[] = [],
): string {
  const url = urlOf(error);
  if (url === undefined) return commands.inspect();
  const asked = known.asked?.exchanges.map(({ request }) => request) ?? [];
  const same = asked.find(({ method, url: { href } }) => method === 'GET' && href.startsWith(url));
  return commands.curl(view, same?.url.href ?? url, ...more);
}

const allowHost: Advice['next'] = (commands, error) => {
  const url = urlOf(error) ?? '';
  return URL.canParse(url) ? commands.fetch(['--allow-host', new URL(url).hostname]) : commands.inspect();
};

/** What is not here is told by its message, and the next step is to look at what came. */
const ADVICE: Partial<Readonly<Record<ErrorCode, Advice>>> = {
  'file-unreadable': { next: list },
  'certificate-not-found': { why: 'the file is not the certificate of a server', next: beside },
  'certificate-ambiguous': { why: 'the file holds more than one server certificate', next: inspect },
  'certificate-expired': { why: 'the certificate is too old: renew it', next: inspect },
  'issuer-not-found': {
    why: 'the issuer is not to be had, and must be given with --issuer FILE',
    next: inspect,
  },
  'issuer-mismatch': {
    why: 'the wrong issuer was given',
    next: (commands, _error, { issuerInChain }) =>
      issuerInChain === true ? commands.fetch([], ['--issuer']) : commands.inspect(),
  },
  'url-invalid': {
    why: 'the OCSP URL cannot be used, and another must be given with --url URL',
    next: inspect,
  },
  'address-refused': {
    why: 'the certificate leads where a stranger should not lead you',
    next: allowHost,
  },
  'redirect-refused': {
    why: 'the responder has moved, or a login page is on the way',
    next: open,
  },
  'proxy-failed': {
    why: 'the proxy is at fault',
    next: (commands) => commands.fetch(['--proxy', ''], ['--proxy']),
  },
  'http-unreachable': {
    why: 'there is no answer where the responder should be',
    next: connect,
  },
  'http-tls-failed': {
    why: 'TLS to the responder does not come about, or nobody vouches for its certificate',
    next: connect,
  },
  'http-timeout': {
    why: 'the responder, or the way to it, is too slow',
    next: wait,
  },
  'http-not-ocsp': {
    why: 'something else answers in place of the responder: a login page, a proxy or a CDN',
    next: open,
  },
  'http-too-large': { why: 'what answers is no OCSP responder', next: begin },
  'responder-malformed-request': { why: 'the responder does not understand the question', next: raw },
  'responder-internal-error': { why: 'the responder is in trouble; ask later', next: again },
  'responder-try-later': { why: 'the responder is busy; ask later', next: again },
  'responder-sig-required': {
    why: 'the responder answers signed questions only, so the CA must name a public one',
    next: inspect,
  },
  'responder-unauthorized': {
    why: 'the responder does not answer for this certificate, which is too new, too old or of another CA',
    next: inspect,
  },
  'certid-mismatch': { why: 'the responder answers about another certificate', next: raw },
  'signature-invalid': { why: 'the response was changed on its way, or is forged', next: look },
  'signature-algorithm-refused': {
    why: 'the response is signed by an algorithm that is broken',
    next: (commands) => commands.fetch(['--allow-sha1']),
  },
  'signer-not-found': { why: 'a stranger signed the response', next: look },
  'signer-not-issued': { why: 'a stranger signed the response', next: look },
  'signer-not-authorized': { why: 'the response is signed by one who may not', next: look },
  'signer-key-usage': { why: 'the response is signed by one who may not', next: look },
  'signer-not-valid': { why: 'the certificate of the signer is not valid now', next: clock },
  'this-update-in-future': { why: 'the clock of the responder is ahead of this one', next: clock },
  'response-expired': { why: 'the responder, or a cache before it, hands out an old response', next: look },
  'response-too-old': { why: 'the responder, or a cache before it, hands out an old response', next: look },
  'next-update-missing': {
    why: 'the responder does not say how long its response holds',
    next: (commands) => commands.fetch(['--allow-no-next-update', '--max-age', '1d']),
  },
  'nonce-missing': { why: 'the responder signs in advance, as most do', next: withoutNonce },
  'nonce-mismatch': { why: 'a cache answers with what it gave to another', next: withoutNonce },
  'certificate-revoked': { why: 'the CA took the certificate back, so replace it', next: inspect },
  'certificate-unknown': { why: 'the CA does not know it, or not yet', next: inspect },
  'der-malformed': { why: 'the response is cut short or damaged', next: raw },
  'der-trailing-bytes': { why: 'the response is not what a responder should send', next: raw },
  'asn1-unexpected': { why: 'the response is not what a responder should send', next: raw },
};

/** What stands before the responder and speaks in its place. */
const EDGES: Readonly<Record<EdgeSign, Advice>> = {
  'host-not-served': {
    why: 'the CDN before the responder does not know the Host it was asked for, and the CA can tell the right one, for --header',
    next: open,
  },
  'rate-limited': { why: 'this machine asks the responder too often, and should wait', next: again },
  'origin-gone': { why: 'the CDN answers, but the responder behind it is gone; ask later', next: again },
  blocked: { why: 'a firewall before the responder refuses this machine', next: open },
  portal: { why: 'the network of this machine wants a login first', next: open },
  page: {
    why: 'a login page, a block page or a website answers in place of the responder',
    next: open,
  },
};

/** Statuses that say that what was asked for is not there: the Host, most often. */
const NOT_SERVED: ReadonlySet<number | undefined> = new Set([400, 403, 404]);

function adviceFor(error: RestapleError): Advice | undefined {
  if (!(error instanceof TransportError)) return ADVICE[error.code];
  if (error.edge !== undefined) return EDGES[error.edge];
  if (error.code !== 'http-status') return ADVICE[error.code];
  const { status = 0 } = error;
  if (status >= 500)
    return { why: 'the responder, or what stands before it, is in trouble; ask later', next: again };
  const why = NOT_SERVED.has(status) ? 'serve this Host or path' : 'take the question';
  return { why: `what answers does not ${why}`, next: open };
}

/** What it was that could not be decoded, when it was no response. */
function unreadable({ certificate, target }: Known): string {
  if (certificate) return 'the certificate is not as a CA should issue one';
  return target.kind === 'file'
    ? 'the file is damaged, or no certificate'
    : 'the server presents what is no certificate';
}

export function causeOf(error: RestapleError, known: Known, commands: Commands): Conclusion {
  // It was not the certificate that named the address, and nobody should be told to allow it.
  if (error.code === 'address-refused' && error.cause instanceof RestapleError)
    return {
      cause: `the responder redirects into a network of yours: ${error.message}`,
      next: open(commands, error, known),
    };
  if (error instanceof TransportError && error.isMetadata)
    return {
      cause: `the certificate is hostile or wrong, for no CA has its responder there: ${error.message}`,
      next: commands.inspect(),
    };
  // The message says that it was a cache, and which.
  if (error instanceof ResponseError && error.isCached)
    return {
      cause: `a cache before the responder is stuck: ${error.message}`,
      next: look(commands, error, known),
    };
  if (error instanceof DerError && error !== known.asked?.error) {
    const next = error.code === 'pem-malformed' ? marks : inspect;
    return { cause: `${unreadable(known)}: ${error.message}`, next: next(commands, error, known) };
  }
  const { why, next } = adviceFor(error) ?? { next: known.asked ? look : inspect };
  const path = error instanceof InputError && error.path !== undefined ? `${error.path}: ` : '';
  const cause = `${path}${why === undefined ? '' : `${why}: `}${error.message}`;
  return { cause, next: next(commands, error, known) };
}
