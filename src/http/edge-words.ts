/**
 * What stands before a responder speaks in its place: an edge of a CDN, a firewall, a network that wants a login first.
 * Each says so in its own way; here the ways are told apart.
 *
 * The signatures are those of the pages that Cloudflare, CloudFront, Fastly and Akamai send.
 */
import { formatDuration } from '../duration.ts';
import type { EdgeSign } from '../errors.ts';
import { printable } from '../text.ts';
import type { HttpAnswer } from './message.ts';
import { headText, isPage, pageTitle } from './page-title.ts';
import { isAddressHost } from './place.ts';
import { retryAfterMs } from './retry-after.ts';
import { snippet } from './snippet.ts';

/** The edge has no site of this name. 1001 and the like are Cloudflare's; CloudFront's page has no name for it. */
const NO_SUCH_SITE = [
  /\berror(?: code)?:? 10(?:00|01|03|18|23)\b/i,
  /direct ip access not allowed/i,
  /fastly error: unknown domain/i,
  /<title>\s*invalid url\s*<\/title>/i,
  /request could not be satisfied[^]{0,1000}bad request/i,
];

/** A rule of a firewall met this client, or a riddle for browsers was put to it. */
const BLOCKED = [
  /\berror(?: code)?:? 10(?:05|06|07|08|09|10|12|20)\b/i,
  /attention required! \| cloudflare/i,
  /<title>\s*just a moment/i,
  /request unsuccessful\. incapsula/i,
  /<title>\s*access (?:to this page has been )?denied/i,
  /request could not be satisfied[^]{0,1000}request blocked/i,
];

/** Statuses that only an edge gives, for a server behind it that does not answer (Cloudflare's 520 to 527 and 530). */
const isOriginStatus = (status: number): boolean => (status >= 520 && status <= 527) || status === 530;

/** A gateway's word for the same (RFC 9110 section 15.6), when it is a gateway that says it. */
const GATEWAY_STATUSES: ReadonlySet<number> = new Set([502, 503, 504]);

/** What edges sign their answers with. Via and X-Cache are also a forward proxy's. */
const EDGE_HEADERS = [
  'cf-ray',
  'x-amz-cf-id',
  'x-served-by',
  'x-azure-ref',
  'x-akamai-request-id',
  'akamai-grn',
];
const CACHE_HEADERS = ['via', 'x-cache'];
const EDGE_SERVER = /cloudflare|cloudfront|akamai|varnish|cdn|edge/i;

/** What it is that answered with a status other than 200; `undefined` for what a responder itself may say. */
export function edgeSign(answer: HttpAnswer, host: string): EdgeSign | undefined {
  const { status, body } = answer;
  const text = headText(body);
  const says = (signatures: readonly RegExp[]): boolean => signatures.some((one) => one.test(text));
  if (status === 511) return 'portal';
  if (status === 429 || /\berror(?: code)?:? 1015\b/i.test(text)) return 'rate-limited';
  if (status === 421 || says(NO_SUCH_SITE)) return 'host-not-served';
  if (says(BLOCKED)) return 'blocked';
  if (isOriginStatus(status)) return 'origin-gone';
  if (GATEWAY_STATUSES.has(status) && edgeMark(answer) !== undefined) return 'origin-gone';
  if (status === 403 && isAddressHost(host)) return 'host-not-served';
  return undefined;
}

/** What a `sign` says, after the status and before a stop. `where` is the place that answered. */
export function edgeWords(sign: EdgeSign, answer: HttpAnswer, where: string, host: string): string {
  const quote = quoted(answer);
  const wait = retryAfterMs(answer.headers);
  const later = wait === undefined ? '' : `; it asks to wait ${formatDuration(wait)}`;
  const mark = edgeMark(answer) === undefined ? '' : ` (${edgeMark(answer)})`;
  switch (sign) {
    case 'host-not-served':
      return `the edge at ${where} does not serve this Host; it got Host: ${printable(host)}${quote}`;
    case 'rate-limited':
      return `${where} was asked too often${later}`;
    case 'origin-gone':
      return `the edge at ${where}${mark} cannot reach the responder behind it${later}`;
    case 'blocked':
      return `the edge at ${where} does not let this machine in${quote}`;
    case 'portal':
      return `the network wants a login before it lets anybody to ${where}${quote}`;
    case 'page':
      return `${where} answers with a page for people${quote}`;
  }
}

/** `: "error code: 1003"`, or the title of the page. */
function quoted({ body, headers }: HttpAnswer): string {
  if (body.length === 0) return '';
  if (!isPage(body, headers['content-type'])) return `: ${snippet(body)}`;
  const title = pageTitle(body);
  return title === undefined ? '' : `: "${title}"`;
}

/** `CF-RAY: 8f0…`: by what an answer shows that an edge gave it. */
function edgeMark({ headers, proxy }: HttpAnswer): string | undefined {
  const server = headers['server'];
  if (typeof server === 'string' && EDGE_SERVER.test(server)) return `Server: ${short(server)}`;
  const names = proxy === undefined ? [...EDGE_HEADERS, ...CACHE_HEADERS] : EDGE_HEADERS;
  const name = names.find((one) => headers[one] !== undefined);
  return name === undefined ? undefined : `${headerName(name)}: ${short(String(headers[name]))}`;
}

const short = (value: string): string => printable(Array.from(value).slice(0, 60).join(''));

/** `x-cache` as `X-Cache`; CF-RAY is written so. */
const headerName = (name: string): string =>
  name === 'cf-ray' ? 'CF-RAY' : name.replaceAll(/\b[a-z]/g, (letter) => letter.toUpperCase());
