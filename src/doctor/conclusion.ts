/** One sentence out of all that was found: the cause, and the command to type next. */
import { CrlError, type RestapleError, TransportError } from '../errors.ts';
import type { Conclusion } from './advice.ts';
import { causeOf } from './causes.ts';
import type { Known, Tools } from './check.ts';
import { Commands } from './commands.ts';
import type { Finding } from './finding.ts';
import { noWay } from './no-way.ts';
import { grep, noResponder, retiredResponder, turnedOff } from './no-responder.ts';
import { anotherName, noServer } from './no-server.ts';
import { noNonce, otherWay, passing, redirected, wrongHost } from './side-by-side.ts';
import { wrongClock } from './wrong-clock.ts';

type Reasoning = (
  error: RestapleError,
  known: Known,
  commands: Commands,
  tools: Tools,
) => Conclusion | undefined;

/** The first that knows counts. */
const REASONINGS: readonly Reasoning[] = [noServer, noIssuer, noCrl, noResponder, wrongClock];

/** Of what became of the question: from what only the side-by-side of several findings can tell. */
const OF_THE_QUESTION: readonly Reasoning[] = [
  noNonce,
  passing,
  noWay,
  wrongHost,
  otherWay,
  redirected,
  retiredResponder,
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
  const isOfQuestion = error === known.asked?.error;
  for (const reasoning of isOfQuestion ? [...REASONINGS, ...OF_THE_QUESTION] : REASONINGS) {
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
  if (known.served === null) {
    const must = known.mustStaple === true ? ', and must: clients that honour must-staple refuse it' : '';
    const cause = `the responder says good, but the server staples nothing${must}`;
    return { cause, next: commands.fetch() };
  }
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
