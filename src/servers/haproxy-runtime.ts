/**
 * A staple for a running HAProxy, by the commands of its runtime API.
 *
 * "OCSP Response updated!" is not believed: what HAProxy shows afterwards must be what was sent. It shows a response as
 * openssl prints it, in a form that differs from version to version; the signature in it is the same in all of them, and
 * in no other response.
 */
import { formatInstant } from '../der/time.ts';
import { ServerError } from '../errors.ts';
import { decodeBasicOCSPResponse } from '../ocsp/basic-ocsp-response.ts';
import { encodeCertID } from '../ocsp/cert-id.ts';
import { decodeOCSPResponse } from '../ocsp/ocsp-response.ts';
import { printable } from '../text.ts';
import { OID } from '../x509/oids.ts';
import type { Effect } from './adapter.ts';

/** Sends one command; `undefined` when nobody listens. */
export type Ask = (command: string) => Promise<string | undefined>;

/**
 * HAProxy stops serving a response so long before its end, and takes the place of a better one with it all the same
 * (`OCSP_MAX_RESPONSE_TIME_SKEW`).
 */
export const UNSERVED_MS = 300_000;
/**
 * A command must fit a buffer of 16 KiB, less what is reserved: 11,723 bytes do, 13,000 are dropped without a word, and
 * with many more the socket of the master hangs.
 */
const MAX_DER_BYTES = 11_000;

const UNKNOWN_COMMAND = /^Unknown command/;
const NOT_KNOWN = /does not match any certificate/;
const UPDATED = /^OCSP Response updated!/;
const MAX_QUOTED = 200;

/** What HAProxy knows a response by, and what tells it from all others. */
interface Marks {
  readonly key: string;
  readonly isSha1: boolean;
  readonly signature: string;
}

/**
 * Refuses what HAProxy would not serve, whichever way it comes to it.
 *
 * @throws ServerError `server-refused`
 */
export function requireServable(der: Buffer, validUntil: number, now: number): void {
  if (validUntil - now < UNSERVED_MS) {
    throw refused(
      `it serves no staple in its last 5 minutes, and this one ends at ${formatInstant(new Date(validUntil))}`,
    );
  }
  const { responses } = basicOf(der).tbsResponseData;
  if (responses.length !== 1) {
    throw refused(`it takes responses about one certificate, and this one is about ${responses.length}`);
  }
}

/**
 * Gives a staple to whom `ask` leads to, a worker or its master, unless it has it already. `reload` when it has not
 * heard of the certificate, because there was no `.ocsp` file when it was loaded, or cannot be seen to have taken it.
 *
 * @throws ServerError `server-refused`
 */
export async function pushStaple(ask: Ask, der: Buffer): Promise<Effect> {
  if (der.length > MAX_DER_BYTES) return 'reload';
  const { key, isSha1, signature } = marksOf(der);
  const show = `show ssl ocsp-response ${key}\n`;
  let to = '';
  let shown = await ask(show);
  if (shown !== undefined && UNKNOWN_COMMAND.test(shown)) {
    // The master's socket hands on what is for its worker.
    to = '@1 ';
    shown = await ask(to + show);
  }
  if (shown === undefined) return 'idle';
  if (holds(shown, signature)) return 'live';
  if (NOT_KNOWN.test(shown)) {
    if (isSha1) return 'reload';
    throw refused('it knows certificates by SHA-1 alone, and the CertID of this response has another hash');
  }
  const said = await ask(`${to}set ssl ocsp-response <<\n${der.toString('base64')}\n\n`);
  if (said === undefined) return 'idle';
  if (!UPDATED.test(said)) throw refused(said === '' ? 'it said nothing' : said);
  const after = await ask(to + show);
  if (after === undefined) return 'idle';
  if (holds(after, signature)) return 'live';
  // A response that is too long as text is shown as nothing.
  if (after === '') return 'reload';
  throw refused(`it said "updated", and does not have it: ${after}`);
}

function marksOf(der: Buffer): Marks {
  const { tbsResponseData, signature } = basicOf(der);
  const certID = tbsResponseData.responses[0]?.certID;
  return {
    key: certID ? encodeCertID(certID).toString('hex') : '',
    isSha1: certID?.hashAlgorithm.algorithm === OID.sha1,
    signature: signature.toString('hex'),
  };
}

const basicOf = (der: Buffer): ReturnType<typeof decodeBasicOCSPResponse> =>
  decodeBasicOCSPResponse(decodeOCSPResponse(der).responseBytes?.response ?? Buffer.alloc(0));

/** Hex in lines of pairs with colons between, as openssl prints it. */
const holds = (shown: string, signature: string): boolean =>
  shown.replaceAll(/[\s:]/g, '').toLowerCase().includes(signature);

const refused = (words: string): ServerError =>
  new ServerError('server-refused', `haproxy: ${printable(words.slice(0, MAX_QUOTED))}`);
