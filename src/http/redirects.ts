/**
 * Redirects (RFC 9110 section 15.4), followed where that is safe: CAs move their responders, and CDNs send http to https.
 *
 * Whoever is on the way can redirect an answer over plain HTTP, so a redirect is a URL from a stranger: the address rules
 * hold for it unless the user named its host, and nothing that was meant for one host is told to another.
 */
import { RestapleError, TransportError } from '../errors.ts';
import { printable } from '../text.ts';
import type { HttpClient } from './client.ts';
import type { HeaderList } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';
import { printableUrl } from './place.ts';

/** A move and a change to https, and one to spare: curl takes 50, browsers 20, a responder has no use for more. */
const MAX_REDIRECTS = 3;

/**
 * 303 is an answer to be had elsewhere by GET. The others leave the question what it is: RFC 9110 lets 301 and 302 turn
 * POST into GET, for the sake of web forms, but an OCSPRequest is the body of its POST and would be lost.
 */
const KEEPS_METHOD = new Map([
  [301, true],
  [302, true],
  [303, false],
  [307, true],
  [308, true],
]);

/** RFC 9110 section 15.4 has these removed, for another port, too. They were meant for the first place alone. */
const FOR_ONE_HOST: ReadonlySet<string> = new Set(['host', 'authorization', 'proxy-authorization', 'cookie']);

/** What is said to everybody. The rest is of the user's making, and may be a key. */
const FOR_ANYBODY: ReadonlySet<string> = new Set([
  'accept',
  'content-type',
  'user-agent',
  'if-modified-since',
  'if-none-match',
]);

export interface FinalAnswer {
  readonly answer: HttpAnswer;
  /** The request that it answers: the one given, or the last that a redirect led to. */
  readonly request: HttpRequest;
}

/**
 * Exchanges as `client` does and follows what it can. A redirect without a Location is an answer like any other.
 *
 * @throws TransportError `redirect-refused` for a redirect that is not followed, and what `exchange` throws.
 */
export async function exchangeFollowing(client: HttpClient, first: HttpRequest): Promise<FinalAnswer> {
  let request = first;
  let answer = await client.exchange(request);
  if (locationOf(answer) === undefined) return { answer, request };
  const seen = new Set([seenKey(first)]);
  for (let location = locationOf(answer); location !== undefined; location = locationOf(answer)) {
    const next = redirected(request, answer, location);
    const refuse = (why: string): never => {
      throw refusal(request, answer, `${printableUrl(next.url)}, ${why}`);
    };
    if (seen.has(seenKey(next))) refuse('where it came from');
    if (seen.size > MAX_REDIRECTS) refuse(`one redirect more than the ${MAX_REDIRECTS} that are followed`);
    seen.add(seenKey(next));
    answer = await client.exchange(next).catch((error: unknown) => {
      throw error instanceof RestapleError && error.code === 'address-refused'
        ? ledBy(request, error)
        : error;
    });
    request = next;
  }
  return { answer, request };
}

function locationOf({ status, headers }: HttpAnswer): string | undefined {
  return KEEPS_METHOD.has(status) ? headers.location : undefined;
}

const seenKey = ({ method, url }: HttpRequest): string => `${method} ${url.href}`;

/** The request that `location` asks for. */
function redirected(request: HttpRequest, answer: HttpAnswer, location: string): HttpRequest {
  if (!URL.canParse(location, request.url.href))
    throw refusal(request, answer, `${printable(location)}, which is no URL`);
  const url = new URL(location, request.url);
  const isHttp = url.protocol === 'http:' || url.protocol === 'https:';
  if (!isHttp) throw refusal(request, answer, `${printableUrl(url)}, neither http nor https`);
  if (request.url.protocol === 'https:' && url.protocol === 'http:')
    throw refusal(request, answer, `${printableUrl(url)}, out of https`);
  const isSameOrigin = url.origin === request.url.origin;
  url.username = isSameOrigin ? request.url.username : '';
  url.password = isSameOrigin ? request.url.password : '';
  const { body, headers = [], ...rest } = request;
  const keeps = KEEPS_METHOD.get(answer.status) === true;
  return {
    ...rest,
    method: keeps ? request.method : 'GET',
    url,
    headers: headersFor(headers, keeps, (name) =>
      url.hostname === request.url.hostname ? isSameOrigin || !FOR_ONE_HOST.has(name) : FOR_ANYBODY.has(name),
    ),
    trusted: request.trusted === true && url.hostname === request.url.hostname,
    body: keeps ? body : undefined,
  };
}

function headersFor(
  headers: HeaderList,
  keepsBody: boolean,
  goesAlong: (name: string) => boolean,
): HeaderList {
  return headers.filter(([name]) => {
    const key = name.toLowerCase();
    return goesAlong(key) && (keepsBody || !key.startsWith('content-'));
  });
}

function refusal(request: HttpRequest, { status, statusText }: HttpAnswer, where: string): TransportError {
  const phrase = statusText === '' ? '' : ` ${printable(statusText)}`;
  const message = `${status}${phrase} from ${request.url.host} leads to ${where}: not followed`;
  return new TransportError('redirect-refused', message, printableUrl(request.url), status);
}

/** The address rules refused where a redirect led: it was not the certificate that named it. */
function ledBy({ url }: HttpRequest, error: RestapleError): TransportError {
  const message = `${error.message} (a redirect of ${url.host} leads there)`;
  return new TransportError('address-refused', message, printableUrl(url), undefined, { cause: error });
}
