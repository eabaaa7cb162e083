/**
 * Tells an OCSP response from whatever else a web server says with status 200: login pages, captive portals, error
 * pages of a CDN. Content-Type is not looked at, because responders with good bodies and wrong types are deployed.
 */
import { TransportError } from '../errors.ts';
import { startsLikeOCSPResponse } from '../ocsp/ocsp-response.ts';
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

function describe({ body, headers, status }: HttpAnswer): string {
  if (body.length === 0) return 'the answer is empty';
  const type = headers['content-type'];
  const size = body.length === 1 ? '1 byte' : `${body.length} bytes`;
  const what = type === undefined ? 'of no content type' : printable(type);
  return `the answer is ${what}, not an OCSP response (status ${status}, ${size}): ${snippet(body)}`;
}
