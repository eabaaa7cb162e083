/**
 * Tells an OCSP response from whatever else a web server says with status 200: login pages, captive portals, error
 * pages of a CDN. Content-Type is not looked at, because responders with good bodies and wrong types are deployed.
 */
import { TransportError } from '../errors.ts';
import { startsLikeOCSPResponse } from '../ocsp/ocsp-response.ts';
import { printable } from '../text.ts';
import type { HttpAnswer } from './message.ts';
import { isPage, pageTitle } from './page-title.ts';
import { printableUrl } from './place.ts';
import { snippet } from './snippet.ts';
import { whoAnswered } from './who-answered.ts';

/**
 * @param asked the URL that was asked; `url` is what answered, where a redirect led elsewhere.
 * @throws TransportError `http-not-ocsp` when the body cannot be an OCSPResponse.
 */
export function requireOcspBody(answer: HttpAnswer, url: URL, asked: URL = url): void {
  if (startsLikeOCSPResponse(answer.body)) return;
  const isElsewhere = url.hostname !== asked.hostname;
  const led = isElsewhere ? ` (a redirect of ${asked.host} led to ${url.host})` : '';
  const aPage = isElsewhere ? 'portal' : 'page';
  const edge = isPage(answer.body, answer.headers['content-type']) ? aPage : undefined;
  throw new TransportError(
    'http-not-ocsp',
    describe(answer, whoAnswered(url, answer)) + led,
    printableUrl(url),
    answer.status,
    {
      edge,
    },
  );
}

function describe({ body, headers, status }: HttpAnswer, who: string): string {
  if (body.length === 0) return `the answer from ${who} is empty`;
  const type = headers['content-type'];
  const size = body.length === 1 ? '1 byte' : `${body.length} bytes`;
  const coding = headers['content-encoding'];
  const coded = coding === undefined ? '' : `, encoded as ${printable(coding)}`;
  const what = `${type === undefined ? 'of no content type' : printable(type)}${coded}`;
  const title = pageTitle(body);
  const shown = title === undefined ? snippet(body) : `a page with the title "${title}"`;
  return `the answer from ${who} is ${what}, not an OCSP response (status ${status}, ${size}): ${shown}`;
}
