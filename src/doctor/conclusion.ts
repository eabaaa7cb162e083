/** One sentence out of all that was found: the cause, and the command to type next. */
import { CrlError, type ErrorCode, type RestapleError, TransportError } from '../errors.ts';
import { isCa } from '../x509/basic-constraints.ts';
import type { Conclusion } from './advice.ts';
import { causeOf } from './causes.ts';
import type { Known, Tools } from './check.ts';
import { Commands } from './commands.ts';
import type { Finding } from './finding.ts';
import { anotherName, noServer } from './no-server.ts';
import { isSelfSigned } from './self-signed.ts';
import { wrongClock } from './wrong-clock.ts';

type Reasoning = (
  error: RestapleError,
  known: Known,
  commands: Commands,
  tools: Tools,
) => Conclusion | undefined;

/** From what only the side-by-side of several findings can tell; the first that knows counts. */
const REASONINGS: readonly Reasoning[] = [
  noServer,
  noIssuer,
  noCrl,
  noResponder,
  wrongClock,
  passing,
  wrongHost,
  otherWay,
];

export function conclude(
  error: RestapleError | undefined,
  known: Known,
  findings: readonly Finding[],
  tools: Tools,
): Conclusion {
  const commands = new Commands(known, tools);
  const another = anotherName(error, known, commands);
  if (another) return another;
  if (!error) return withoutError(known, findings, commands);
  for (const reasoning of REASONINGS) {
    const conclusion = reasoning(error, known, commands, tools);
    if (conclusion) return conclusion;
  }
  return causeOf(error, known, commands);
}

/** It was not the responder that could not be reached, and not a file that lacks something. */
function noIssuer(error: RestapleError, known: Known, commands: Commands): Conclusion | undefined {
  if (error !== known.issuerError) return undefined;
  if (error instanceof TransportError) {
    const why =
      "the issuer's certificate is not to be had where the certificate says, and must be given with --issuer FILE";
    return { cause: `${why}: ${error.message}`, next: commands.curl('-v', error.url, '-o', '/dev/null') };
  }
  if (known.target.kind !== 'server' || error.code !== 'issuer-not-found') return undefined;
  const cause = `the server sends its certificate without that of its issuer, which must be given with --issuer FILE: ${error.message}`;
  return { cause, next: commands.inspect() };
}

/** The certificate is left to its CRL. What the codes of the network say of a responder is not meant. */
function noCrl(error: RestapleError, { crlError }: Known, commands: Commands): Conclusion | undefined {
  if (error !== crlError || error.code === 'certificate-expired') return undefined;
  const url = error instanceof CrlError || error instanceof TransportError ? error.url : undefined;
  const cause = `there is no OCSP, and the CRL does not tell: ${error.message}`;
  // Of what may have 64 MiB, the beginning.
  const next = url === undefined ? commands.inspect() : `${commands.curl('-si', url)} | head -c 1000`;
  return { cause, next };
}

/** Where servers are told to staple: ssl_stapling, SSLUseStapling, MDStapling, ocsp-update, tls_ocsp_file and others. */
const CONFIGURATIONS = ['nginx', 'apache2', 'httpd', 'haproxy', 'lighttpd', 'hitch', 'exim4'];

const grep = (commands: Commands): string =>
  commands.of('grep', '-rnsiE', 'stapling|ocsp', ...CONFIGURATIONS.map((name) => `/etc/${name}`));

function noResponder(error: RestapleError, known: Known, commands: Commands): Conclusion | undefined {
  if (error.code !== 'responder-url-missing') return undefined;
  const { knownResponder, retired, mustStaple, certificate } = known;
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
  const why = retired ? `: ${retired.name} turned OCSP off (${retired.since})` : '';
  const must = ', yet it is must-staple, which cannot work: renew it without';
  const cause = `the certificate names no OCSP responder${why}${mustStaple === true ? must : ', so there is nothing to staple'}`;
  return { cause, next };
}

/** What failed once went well a moment later, in the very same way. */
function passing(error: RestapleError, { ways = [] }: Known, commands: Commands): Conclusion | undefined {
  if (REASONS_OF_THEIR_OWN.has(error.code) || !ways.some((way) => way.isUsual && !way.error))
    return undefined;
  return { cause: `it failed once and then went well: ${error.message}`, next: commands.fetch() };
}

/** The edge serves another name than the one it got. */
function wrongHost(error: RestapleError, { ways = [] }: Known, commands: Commands): Conclusion | undefined {
  const way = ways.find((one) => one.kind === 'name' && !one.error);
  if (!way || !(error instanceof TransportError)) return undefined;
  const cause = `the CDN before the responder wants another Host, with ${way.title} it answers well: ${error.message}`;
  return { cause, next: commands.fetch(way.options) };
}

/** The other ways ask for neither: a status that is not good is an answer like any other, and they send no nonce. */
const REASONS_OF_THEIR_OWN: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'certificate-revoked',
  'certificate-unknown',
  'nonce-missing',
  'nonce-mismatch',
]);

/** The same question in another way is answered well. */
function otherWay(error: RestapleError, { ways = [] }: Known, commands: Commands): Conclusion | undefined {
  const way = REASONS_OF_THEIR_OWN.has(error.code) ? undefined : ways.find((one) => !one.error);
  return (
    way && {
      cause: `the responder answers well when asked otherwise, by ${way.title}: ${error.message}`,
      next: commands.fetch(way.options),
    }
  );
}

function withoutError(known: Known, findings: readonly Finding[], commands: Commands): Conclusion {
  if (known.noRevAvail === true && !known.asked)
    return {
      cause: 'nothing is wrong: the CA publishes no revocation for this certificate',
      next: commands.inspect(),
    };
  if (known.leftToCrl === true)
    return {
      cause: `nothing is wrong: ${turnedOff(known)}, so there is nothing to staple, and the CRL says good`,
      next: grep(commands),
    };
  if (known.served === null)
    return { cause: 'the responder says good, but the server staples nothing', next: commands.fetch() };
  if (known.servedError) {
    const cause = `the responder says good, but the server staples what nobody should take: ${known.servedError.message}`;
    return { cause, next: commands.fetch() };
  }
  const problems = findings.filter(({ outcome }) => outcome === 'problem');
  const [first] = problems;
  if (!first) {
    const next = known.served ? commands.connect('-status') : commands.fetch();
    return { cause: 'nothing is wrong: the responder says good', next };
  }
  const titles = [...new Set(problems.map(({ title }) => title))];
  const what = problems.length === 1 ? `${first.title}: ${first.detail}` : titles.join(', ');
  const cause = `the responder says good, so fetch succeeds; yet not all is well: ${what}`;
  return { cause, next: commands.fetch() };
}

const turnedOff = ({ retired }: Known): string =>
  retired ? `${retired.name} turned OCSP off (${retired.since})` : 'the certificate names no OCSP responder';
