/** One CRL from the web server of a CA, within limits of time and size. Nothing in it is believed yet. */
import { isPem, parsePem } from '../der/pem.ts';
import { TAG } from '../der/tags.ts';
import { CrlError, RestapleError, TransportError, reasonOf } from '../errors.ts';
import type { HttpAnswer, HttpClient } from '../http/client.ts';
import type { HeaderList } from '../http/headers.ts';
import { pageTitle } from '../http/page-title.ts';
import { printableUrl } from '../http/place.ts';
import { exchangeFollowing } from '../http/redirects.ts';
import { snippet } from '../http/snippet.ts';
import { printable } from '../text.ts';
import { MAX_CRL_BYTES } from './certificate-list.ts';

/** It is turned into text and back, some three times its size; CAs that serve PEM are small private ones. */
const MAX_PEM_BYTES = 4 * 1024 * 1024;
/** RFC 7468 section 6. */
const LABEL = 'X509 CRL';

export interface DownloadedCrl {
  readonly der: Buffer;
  /** It came as PEM, where RFC 5280 section 4.2.1.13 wants DER: other programs will not read it. */
  readonly isPem: boolean;
}

export interface DownloadOptions {
  readonly headers: HeaderList;
  /** From the request to its last byte, redirects included, in milliseconds. */
  readonly timeoutMs: number;
}

/**
 * @throws CrlError `crl-not-served` for anything but a CRL, `crl-unsupported` for one that is too large.
 * @throws TransportError when there is no answer.
 */
export async function downloadCrl(
  client: HttpClient,
  url: URL,
  { headers, timeoutMs }: DownloadOptions,
): Promise<DownloadedCrl> {
  const answer = await exchange(client, url, headers, timeoutMs);
  const refuse = (what: string): never => {
    throw new CrlError('crl-not-served', `${what}, where a CRL should be`, printableUrl(url));
  };
  const { status, statusText, body } = answer;
  if (status !== 200) refuse(`${status}${statusText === '' ? '' : ` ${printable(statusText)}`}`);
  const encoding = answer.headers['content-encoding']?.trim().toLowerCase() ?? 'identity';
  // Nobody asked for it, and to unpack what is not verified yet is how small answers fill a memory.
  if (encoding !== 'identity')
    refuse(`an answer in the encoding ${printable(encoding)}, which was not asked for`);
  if (body.length === 0) refuse('an empty answer');
  if (body[0] === TAG.sequence) return { der: body, isPem: false };
  const der = isPem(body) ? unarmoured(body, url) : undefined;
  return der ? { der, isPem: true } : refuse(words(answer));
}

async function exchange(
  client: HttpClient,
  url: URL,
  headers: HeaderList,
  timeoutMs: number,
): Promise<HttpAnswer> {
  try {
    const { answer } = await exchangeFollowing(client, {
      method: 'GET',
      url,
      headers,
      maxBytes: MAX_CRL_BYTES,
      answerTimeoutMs: timeoutMs,
      signal: AbortSignal.timeout(timeoutMs),
    });
    return answer;
  } catch (error) {
    if (!(error instanceof TransportError)) throw error;
    const cause = { cause: error };
    if (error.code === 'http-too-large')
      throw new CrlError('crl-unsupported', error.message, error.url, cause);
    if (error.code === 'redirect-refused')
      throw new CrlError('crl-not-served', error.message, error.url, cause);
    throw error;
  }
}

function unarmoured(body: Buffer, url: URL): Buffer | undefined {
  const shown = printableUrl(url);
  if (body.length > MAX_PEM_BYTES) {
    const message = `a CRL in PEM of ${body.length} bytes, more than the ${MAX_PEM_BYTES} allowed where DER belongs`;
    throw new CrlError('crl-unsupported', message, shown);
  }
  try {
    const crls = parsePem(body).blocks.filter(({ label }) => label === LABEL);
    return crls.length === 1 ? crls[0]?.der : undefined;
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    throw new CrlError('crl-malformed', reasonOf(error), shown, { cause: error });
  }
}

function words({ body, headers }: HttpAnswer): string {
  const type = headers['content-type'];
  const title = pageTitle(body);
  const shown = title === undefined ? snippet(body) : `a page with the title "${title}"`;
  return `${type === undefined ? 'no content type' : printable(type)}, ${shown}`;
}
