/**
 * Tells an OCSP response from whatever else a web server says with status 200: login pages, captive portals, error
 * pages of a CDN. Content-Type is not looked at, because responders with good bodies and wrong types are deployed.
 *
 *     OCSPResponse ::= SEQUENCE {
 *       responseStatus  OCSPResponseStatus,   -- ENUMERATED
 *       responseBytes   [0] EXPLICIT ResponseBytes OPTIONAL }
 *
 * Not read: any length, and all behind the first tag. What the strict decoder refuses it shall refuse in its own words.
 */
import { TAG } from '../der/tags.ts';
import { TransportError } from '../errors.ts';
import { printable } from '../text.ts';
import type { HttpAnswer } from './message.ts';
import { printableUrl } from './place.ts';
import { snippet } from './snippet.ts';

/** @throws TransportError `http-not-ocsp` when the body cannot be an OCSPResponse; `url` is what was asked. */
export function requireOcspBody(answer: HttpAnswer, url: URL): void {
  if (!startsLikeOCSPResponse(answer.body)) {
    throw new TransportError('http-not-ocsp', describe(answer), printableUrl(url), answer.status);
  }
}

function startsLikeOCSPResponse(body: Buffer): boolean {
  const length = body[1] ?? 0;
  const octetsOfLength = length > 0x80 ? length & 0x7f : 0;
  return body[0] === TAG.sequence && body[2 + octetsOfLength] === TAG.enumerated;
}

function describe({ body, headers, status }: HttpAnswer): string {
  if (body.length === 0) return 'the answer is empty';
  const type = headers['content-type'];
  const size = body.length === 1 ? '1 byte' : `${body.length} bytes`;
  const what = type === undefined ? 'of no content type' : printable(type);
  return `the answer is ${what}, not an OCSP response (status ${status}, ${size}): ${snippet(body)}`;
}
