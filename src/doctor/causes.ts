/** For each error what it means in the end, and the command that gets further. */
import {
  DerError,
  type ErrorCode,
  InputError,
  ResponseError,
  RestapleError,
  TransportError,
} from '../errors.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';

interface Advice {
  /** Stands before the message of the error, which has the values; without it the message says all. */
  readonly why?: string;
  readonly next: (commands: Commands, error: RestapleError, known: Known) => string;
}

const inspect: Advice['next'] = (commands) => commands.inspect();
const again: Advice['next'] = (commands) => commands.fetch();
const byPost: Advice['next'] = (commands) => commands.fetch(['--method', 'post']);
const look: Advice['next'] = (commands) => commands.inspectResponse();
const elsewhere: Advice['next'] = (commands) => commands.fetch(['--url', 'URL'], ['--url']);
const trusting: Advice['next'] = (commands) => commands.fetch(['--trust', 'SIGNER.crt']);
const withoutNonce: Advice['next'] = (commands) => commands.fetch([], ['--nonce']);
const clock: Advice['next'] = (commands) => commands.of('timedatectl');
const open: Advice['next'] = (commands, error) => commands.of('curl', '-i', urlOf(error) ?? 'URL');

const urlOf = (error: RestapleError): string | undefined =>
  error instanceof TransportError ? error.url : undefined;

const hostOf = (error: RestapleError): string => {
  const url = urlOf(error) ?? '';
  return URL.canParse(url) ? new URL(url).hostname : 'HOST';
};

/** What is not here is told by its message, and the next step is to look at what came. */
const ADVICE: Partial<Readonly<Record<ErrorCode, Advice>>> = {
  'file-unreadable': {
    next: (commands, _error, { target }) =>
      commands.of('ls', '-l', target.kind === 'file' ? target.path : '.'),
  },
  'certificate-not-found': { why: 'the file is not the certificate of a server', next: inspect },
  'certificate-ambiguous': { why: 'the file holds more than one server certificate', next: inspect },
  'pem-malformed': { why: 'the certificate file is damaged', next: inspect },
  'certificate-expired': { why: 'the certificate is too old: renew it', next: inspect },
  'issuer-not-found': {
    why: 'the issuer is not to be had',
    next: (commands) => commands.fetch(['--issuer', 'ISSUER.crt'], ['--issuer']),
  },
  'issuer-mismatch': {
    why: 'the wrong issuer was given',
    next: (commands, _error, { issuerInChain }) =>
      issuerInChain === true
        ? commands.fetch([], ['--issuer'])
        : commands.fetch(['--issuer', 'ISSUER.crt'], ['--issuer']),
  },
  'url-invalid': { why: 'the OCSP URL cannot be used', next: elsewhere },
  'address-refused': {
    why: 'the certificate leads where a stranger should not lead you',
    next: (commands, error) => commands.fetch(['--allow-host', hostOf(error)]),
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
    next: (commands, error) => commands.of('curl', '-v', urlOf(error) ?? 'URL'),
  },
  'http-timeout': {
    why: 'the responder, or the way to it, is too slow',
    next: (commands) => commands.fetch(['--timeout', '2m']),
  },
  'http-not-ocsp': {
    why: 'something else answers in place of the responder: a login page, a proxy or a CDN',
    next: open,
  },
  'http-too-large': { why: 'what answers is no OCSP responder', next: open },
  'responder-malformed-request': { why: 'the responder does not understand the question', next: byPost },
  'responder-internal-error': { why: 'the responder is in trouble; ask later', next: again },
  'responder-try-later': { why: 'the responder is busy; ask later', next: again },
  'responder-sig-required': { why: 'the responder answers signed questions only', next: elsewhere },
  'responder-unauthorized': {
    why: 'the responder does not answer for this certificate, which is too new, too old or of another CA',
    next: inspect,
  },
  'certid-mismatch': { why: 'the responder answers about another certificate', next: byPost },
  'signature-invalid': { why: 'the response was changed on its way, or is forged', next: byPost },
  'signature-algorithm-refused': {
    why: 'the response is signed by an algorithm that is broken',
    next: (commands) => commands.fetch(['--allow-sha1']),
  },
  'signer-not-found': { why: 'a stranger signed the response', next: trusting },
  'signer-not-issued': { why: 'a stranger signed the response', next: trusting },
  'signer-not-authorized': { why: 'the response is signed by one who may not', next: trusting },
  'signer-key-usage': { why: 'the response is signed by one who may not', next: trusting },
  'signer-not-valid': { why: 'the certificate of the signer has ended', next: clock },
  'this-update-in-future': { why: 'the clock of the responder is ahead of this one', next: clock },
  'response-expired': { why: 'the responder, or a cache before it, hands out an old response', next: byPost },
  'response-too-old': { why: 'the responder, or a cache before it, hands out an old response', next: byPost },
  'next-update-missing': {
    why: 'the responder does not say how long its response holds',
    next: (commands) => commands.fetch(['--allow-no-next-update', '--max-age', '1d']),
  },
  'nonce-missing': { why: 'the responder signs in advance, as most do', next: withoutNonce },
  'nonce-mismatch': { why: 'a cache answers with what it gave to another', next: withoutNonce },
  'certificate-revoked': { why: 'the CA took the certificate back, so replace it', next: inspect },
  'certificate-unknown': { why: 'the CA does not know it, or not yet', next: inspect },
  'der-malformed': { why: 'the response is cut short or damaged', next: byPost },
  'der-trailing-bytes': { why: 'the response is not what a responder should send', next: byPost },
  'asn1-unexpected': { why: 'the response is not what a responder should send', next: byPost },
};

export interface Conclusion {
  /** One sentence. */
  readonly cause: string;
  /** A command for a shell. */
  readonly next: string;
}

export function causeOf(error: RestapleError, known: Known, commands: Commands): Conclusion {
  // It was not the certificate that named the address, and nobody should be told to allow it.
  if (error.code === 'address-refused' && error.cause instanceof RestapleError)
    return {
      cause: `the responder redirects into a network of yours: ${error.message}`,
      next: open(commands, error, known),
    };
  // The message says that it was a cache, and which.
  if (error instanceof ResponseError && error.isCached)
    return {
      cause: `a cache before the responder is stuck: ${error.message}`,
      next: byPost(commands, error, known),
    };
  const { why, next } = ADVICE[error.code] ?? { next: known.asked ? look : inspect };
  // What cannot be decoded before anything was asked is the certificate's file.
  if (known.certificate === undefined && error instanceof DerError)
    return { cause: `the file is damaged, or no certificate: ${error.message}`, next: commands.inspect() };
  const path = error instanceof InputError && error.path !== undefined ? `${error.path}: ` : '';
  const cause = `${path}${why === undefined ? '' : `${why}: `}${error.message}`;
  return { cause, next: next(commands, error, known) };
}
