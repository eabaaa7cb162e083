/** Why a server that was named shows no certificate, or not the one that was meant. */
import { ProbeError, type RestapleError } from '../errors.ts';
import type { Conclusion } from './advice.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';

/** The one that was to be looked at, not a responder. */
export function noServer(error: RestapleError, known: Known, commands: Commands): Conclusion | undefined {
  if (!(error instanceof ProbeError) || known.target.kind !== 'server') return undefined;
  const { target, server } = known;
  const code = error.cause instanceof Error && 'code' in error.cause ? String(error.cause.code) : '';
  if (code === 'ENOTFOUND' || code === 'EAI_AGAIN')
    return {
      cause: `the server is not found: ${error.message}`,
      next: commands.of('getent', 'ahosts', server?.connectTo.host ?? target.host),
    };
  const cause = `${whyNoTls(error)}: ${error.message}`;
  // What was typed is wrong, perhaps; left alone, the doctor finds out.
  if (target.beginning !== undefined && error.code !== 'probe-unreachable')
    return { cause, next: commands.doctor() };
  if (error.said && SPEAKS_HTTP.test(error.said.toString('latin1')))
    return { cause, next: commands.curl('-i', `http://${target.host}:${target.port}/`) };
  // Another program would wait without end.
  const patience = error.code === 'probe-timeout' ? 'timeout 30 ' : '';
  return { cause, next: `${patience}${commands.connect()}` };
}

const SPEAKS_HTTP = /^HTTP\//;

function whyNoTls({ code, said }: ProbeError): string {
  if (code === 'probe-unreachable') return 'nobody answers where the server should be';
  if (code === 'probe-timeout')
    return 'the server, or the way to it, is too slow, or waits for something else';
  if (code === 'probe-starttls-failed') return 'the server is there, and does not agree to TLS';
  if (said && SPEAKS_HTTP.test(said.toString('latin1'))) return 'what listens there speaks HTTP without TLS';
  return said
    ? 'what listens there does not speak TLS from the first byte'
    : 'the server is there, and TLS with it does not come about';
}

/** Whatever else is wrong is wrong with a certificate that nobody meant. */
export function anotherName(
  error: RestapleError | undefined,
  { wrongName, served, servedError }: Known,
  commands: Commands,
): Conclusion | undefined {
  if (wrongName === undefined || (!error && !servedError && served !== null)) return undefined;
  const more = error ?? servedError;
  const what = more ? `, and of that one: ${more.message}` : '';
  const cause = `the server presents the certificate of another name: ${wrongName}${what}`;
  return { cause, next: commands.inspect() };
}
