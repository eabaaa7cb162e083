/** What only the same question asked in several ways can tell. */
import { type ErrorCode, type RestapleError, TransportError } from '../errors.ts';
import { printable } from '../text.ts';
import type { Conclusion } from './advice.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';

/** The other ways send none. */
export function noNonce(
  error: RestapleError,
  { asked, ways = [] }: Known,
  commands: Commands,
): Conclusion | undefined {
  if (!asked?.nonce || REASONS_OF_THEIR_OWN.has(error.code)) return undefined;
  if (!ways.some((way) => way.isUsual && !way.error)) return undefined;
  const cause = `the responder answers well when asked without a nonce: ${error.message}`;
  return { cause, next: commands.fetch([], ['--nonce']) };
}

/** What failed once went well a moment later, in the very same way. */
export function passing(
  error: RestapleError,
  { ways = [] }: Known,
  commands: Commands,
): Conclusion | undefined {
  if (REASONS_OF_THEIR_OWN.has(error.code) || !ways.some((way) => way.isUsual && !way.error))
    return undefined;
  return { cause: `it failed once and then went well: ${error.message}`, next: commands.fetch() };
}

/** The edge serves another name than the one it got. */
export function wrongHost(
  error: RestapleError,
  { ways = [] }: Known,
  commands: Commands,
): Conclusion | undefined {
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
export function otherWay(
  error: RestapleError,
  { ways = [] }: Known,
  commands: Commands,
): Conclusion | undefined {
  const way = REASONS_OF_THEIR_OWN.has(error.code) ? undefined : ways.find((one) => !one.error);
  return (
    way && {
      cause: `the responder answers well when asked otherwise, by ${way.title}: ${reasonBeside(error, true)}`,
      next: commands.fetch(way.options),
    }
  );
}

/** Elsewhere than at any responder that was to be asked. */
export function redirected(
  error: RestapleError,
  { urls = [], asked }: Known,
  commands: Commands,
): Conclusion | undefined {
  if (!(error instanceof TransportError) || error.edge !== undefined || !URL.canParse(error.url))
    return undefined;
  const { host, href } = new URL(error.url);
  const from = asked?.exchanges.findLast(
    ({ answer: { status, headers } }) => status < 400 && 'location' in headers,
  );
  if (!from || urls.some((text) => URL.canParse(text) && new URL(text).host === host)) return undefined;
  const cause = `the responder redirects to ${printable(href)}, and that is at fault: ${error.message}`;
  return { cause, next: commands.curl('-i', from.request.url.href) };
}

/** The words of an error, but for what other answers of the same place have shown to be untrue. */
export function reasonBeside(error: RestapleError, isHostServed: boolean): string {
  if (!isHostServed || !(error instanceof TransportError) || error.edge !== 'host-not-served')
    return error.message;
  return `${error.status}, though the place serves this Host`;
}
