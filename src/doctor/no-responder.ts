/** Nobody is there to be asked: the certificate names none, or one that its CA has given up. */
import { type EdgeSign, type ErrorCode, type RestapleError, TransportError } from '../errors.ts';
import { isCa } from '../x509/basic-constraints.ts';
import type { Conclusion } from './advice.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';
import type { RetiredCa } from './retired-cas.ts';
import { isSelfSigned } from './self-signed.ts';

/** Where servers are told to staple: ssl_stapling, SSLUseStapling, MDStapling, ocsp-update, tls_ocsp_file and others. */
const CONFIGURATIONS = ['nginx', 'apache2', 'httpd', 'haproxy', 'lighttpd', 'hitch', 'exim4'];

export const grep = (commands: Commands): string =>
  commands.of('grep', '-rnsiE', 'stapling|ocsp', ...CONFIGURATIONS.map((name) => `/etc/${name}`));

export function noResponder(error: RestapleError, known: Known, commands: Commands): Conclusion | undefined {
  if (error.code !== 'responder-url-missing') return undefined;
  const { knownResponder, retired, certificate } = known;
  if (knownResponder) {
    const { url } = knownResponder;
    const cause = `the certificate names no OCSP responder, though others of its issuer named ${url}`;
    return { cause, next: commands.fetch(['--url', url], ['--url']) };
  }
  const next = grep(commands);
  if (certificate && isSelfSigned(certificate)) {
    const cause = 'the certificate is self-signed: no CA answers for it, so there is nothing to staple';
    return { cause, next };
  }
  if (certificate && isCa(certificate)) {
    const cause = 'this is the certificate of a CA, not of a server, and it names no OCSP responder';
    return { cause, next: commands.inspect() };
  }
  const why = retired ? `: ${retiredWords(retired)}` : '';
  return { cause: `the certificate names no OCSP responder${why}, ${consequence('it', known)}`, next };
}

/** What may be the end of a responder. */
const GONE: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'http-unreachable',
  'http-timeout',
  'http-tls-failed',
  'http-status',
  'http-not-ocsp',
  'responder-unauthorized',
  'response-expired',
]);
/** What stands in the way there, and says so. */
const ELSEWHERE: ReadonlySet<EdgeSign | undefined> = new Set<EdgeSign>(['blocked', 'portal', 'rate-limited']);

/** The certificate is from before, and names whom nobody keeps any more. */
export function retiredResponder(
  error: RestapleError,
  known: Known,
  commands: Commands,
): Conclusion | undefined {
  const { retired } = known;
  if (!retired || !GONE.has(error.code)) return undefined;
  if (error instanceof TransportError && ELSEWHERE.has(error.edge)) return undefined;
  const cause = `${retiredWords(retired)}, ${consequence('the certificate', known)}: ${error.message}`;
  return { cause, next: grep(commands) };
}

const retiredWords = ({ name, since }: RetiredCa): string => `${name} turned OCSP off (${since})`;

const consequence = (what: string, { mustStaple }: Known): string =>
  mustStaple === true
    ? `yet ${what} is must-staple, which cannot work: renew it without`
    : 'so there is nothing to staple';

export const turnedOff = ({ retired }: Known): string =>
  retired ? retiredWords(retired) : 'the certificate names no OCSP responder';
