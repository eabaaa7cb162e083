/** The one status that brings an OCSP response is 200 (RFC 9110 section 15.3.1); any other is told with who said it. */
import { TransportError } from '../errors.ts';
import { printable } from '../text.ts';
import { edgeSign, edgeWords } from './edge-words.ts';
import type { HttpAnswer } from './message.ts';
import { printableUrl } from './place.ts';
import { retryAfterMs } from './retry-after.ts';
import { snippet } from './snippet.ts';
import { whoAnswered } from './who-answered.ts';

/** `error code: 1003` of a CDN says more than its 403; a page of HTML does not. */
const MAX_QUOTED_BYTES = 200;

/**
 * @param host the Host header that was sent: with a CDN, the usual cause of a 403.
 * @throws TransportError `http-status` for any status but 200.
 */
export function requireOk(answer: HttpAnswer, url: URL, host: string): void {
  if (answer.status === 200) return;
  const phrase = answer.statusText === '' ? '' : ` ${printable(answer.statusText)}`;
  const edge = edgeSign(answer, host);
  const where = whoAnswered(url, answer);
  const words = edge
    ? `: ${edgeWords(edge, answer, where, host)}`
    : ` from ${where} for Host: ${printable(host)}${quote(answer)}`;
  const message = `${answer.status}${phrase}${words}`;
  throw new TransportError('http-status', message, printableUrl(url), answer.status, {
    retryAfterMs: retryAfterMs(answer.headers),
    edge,
  });
}

function quote({ body, headers }: HttpAnswer): string {
  const plain = headers['content-type']?.toLowerCase().startsWith('text/plain') === true;
  return plain && body.length > 0 && body.length <= MAX_QUOTED_BYTES ? `: ${snippet(body)}` : '';
}
