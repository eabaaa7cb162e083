/**
 * The OCSPRequest in a path (RFC 6960 appendix A.1: `{url}/{url-encoding of base64 encoding of the DER encoding}`).
 *
 * Clients differ in what they escape: with none of it escaped, the `/` of the base64 look like those of the path, so that
 * where it begins is found by trying. Escapes come once or twice, `+` as a space that was escaped again, base64 in
 * lines, without its `=`, in the alphabet for URLs, with a slash behind. What comes out must be an OCSPRequest in strict DER.
 */
import { attempt } from '../../attempt.ts';
import { type OCSPRequest, decodeOCSPRequest } from '../../ocsp/ocsp-request.ts';
import { percentDecoded } from './target.ts';

export interface PathRequest {
  readonly der: Buffer;
  readonly request: OCSPRequest;
  /** What stands before it, without the one slash between. */
  readonly before: string;
}

/** A SEQUENCE of less than 64 KiB is `MA` to `MI` in base64; a slash of base64 is followed by these once in 450 times. */
const SEQUENCE = /^M[A-I]/;
const MAX_TRIES = 8;
const SLASH = /\/|%2f/gi;
const TAG_SEQUENCE = 0x30;
/** Of a tag and a length of up to 65,535 with the tag behind, in base64. */
const HEAD_CHARACTERS = 8;

/** `malformed` is what begins like an OCSPRequest and is none; `undefined` what nobody would take for one. */
export function findPathRequest(rest: string): PathRequest | 'malformed' | undefined {
  const query = rest.indexOf('?');
  if (query === -1) return search(rest);
  // A responder with a query has the request behind its path (as restaple writes it) or behind the query (as nginx does).
  const inPath = search(rest.slice(0, query));
  if (typeof inPath === 'object') return { ...inPath, before: inPath.before + rest.slice(query) };
  return search(rest) ?? inPath;
}

function search(rest: string): PathRequest | 'malformed' | undefined {
  const starts = [...rest.matchAll(SLASH)]
    .map(({ 0: slash, index }) => ({ slash: index, start: index + slash.length }))
    .filter(({ start }) => SEQUENCE.test(rest.slice(start, start + 2)));
  let found: 'malformed' | undefined;
  for (const { slash, start } of starts.slice(-MAX_TRIES).toReversed()) {
    const tried = decode(rest.slice(start));
    if (typeof tried === 'object') return { ...tried, before: rest.slice(0, slash) };
    found ??= tried;
  }
  return found;
}

function decode(escaped: string): Omit<PathRequest, 'before'> | 'malformed' | undefined {
  const text = percentDecoded(percentDecoded(escaped))
    .replaceAll(/[\r\n]/g, '')
    .replaceAll(' ', '+');
  const head = Buffer.from(text.slice(0, HEAD_CHARACTERS), 'base64');
  const content = contentOf(head);
  if (content === undefined || head[content.start] !== TAG_SEQUENCE) return undefined;
  const characters = Math.ceil(((content.start + content.length) * 4) / 3);
  const base64 = text.slice(0, characters);
  if (base64.length < characters || !/^[\w+/-]+$/.test(base64) || !/^[=/]*$/.test(text.slice(characters)))
    return 'malformed';
  const der = Buffer.from(base64, 'base64');
  const request = attempt(() => decodeOCSPRequest(der));
  return request ? { der, request } : 'malformed';
}

/** Where the content of a SEQUENCE begins, and its length. */
function contentOf(head: Buffer): { start: number; length: number } | undefined {
  const [tag, first = 0, second = 0, third = 0] = head;
  if (tag !== TAG_SEQUENCE) return undefined;
  if (first < 0x80) return { start: 2, length: first };
  if (first === 0x81) return { start: 3, length: second };
  return first === 0x82 ? { start: 4, length: second * 256 + third } : undefined;
}
