/** The GET form of an OCSP request: RFC 6960 appendix A.1, with the refinements of RFC 9919 section 6. */
import { asBuffer } from '../text.ts';
import { withoutCredentials } from './place.ts';

/**
 * The longest URL that goes by GET. RFC 9919 section 6 counts 255 bytes "in total (after encoding) including the
 * scheme and delimiters (http://), server name and base64-encoded OCSPRequest structure": the whole URL, because
 * caches and proxies of old cut longer ones.
 */
const MAX_GET_BYTES = 255;

/**
 * The URL that asks `responder` for `request`, a DER OCSPRequest: base64, then `+`, `/` and `=` percent-encoded, behind
 * exactly one slash. (A responder URL that ends in a slash became `//` with many clients, and responders answered 400.)
 * A query stays where it was, behind the path; a fragment is never sent.
 */
export function ocspGetUrl(responder: URL, request: Uint8Array): URL {
  const encoded = encodeURIComponent(asBuffer(request).toString('base64'));
  const { href } = responder;
  // Nothing stands behind the path: the whole is taken apart once.
  if (!/[?#]/.test(href)) return new URL(`${pathWithoutEnd(href)}/${encoded}`);
  const url = new URL(responder);
  url.pathname = `${pathWithoutEnd(url.pathname)}/${encoded}`;
  if (url.hash !== '') url.hash = '';
  return url;
}

/** Whether RFC 9919 section 6 wants GET for a URL of `ocspGetUrl`; above, POST. Credentials are not in the URL sent. */
export function isGetEligible(url: URL): boolean {
  return withoutCredentials(url).href.length <= MAX_GET_BYTES;
}

/** Without the slashes at its end; a loop, because a pattern anchored at the end is quadratic in hostile input. */
function pathWithoutEnd(path: string): string {
  let end = path.length;
  while (end > 0 && path[end - 1] === '/') end -= 1;
  return path.slice(0, end);
}
