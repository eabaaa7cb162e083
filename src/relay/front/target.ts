/**
 * The target of a request line as the three ways to name a responder: none (`/…`), as clients speak to a forward proxy
 * (`http://ocsp.example/…`, RFC 9112 section 3.2.2), and behind a slash of our own (`/http://ocsp.example/…`).
 */

export interface Target {
  /** `http://ocsp.example:8080`; `undefined` when the target names nobody. */
  readonly origin: string | undefined;
  /** What stands behind: a path and perhaps a query, as they came. */
  readonly rest: string;
  /** The whole of it was percent-encoded, as one segment of a path. */
  readonly isEncoded: boolean;
}

const ABSOLUTE = /^(https?):\/\/([^/?#]*)/i;

/** nginx and others merge slashes; clients that take the URL for one segment encode it. */
const PREFIXED = /^\/+(https?)(:|%3a)(?:\/|%2f){1,3}((?:(?!%2f)[^/?#])*)/i;

/** `undefined` for what is no path and no URL, such as the `*` of OPTIONS. */
export function readTarget(target: string): Target | undefined {
  const absolute = ABSOLUTE.exec(target);
  if (absolute) return { ...taken(target, absolute[0], absolute[1], absolute[2]), isEncoded: false };
  if (!target.startsWith('/')) return undefined;
  const prefixed = PREFIXED.exec(target);
  if (!prefixed) return { origin: undefined, rest: target, isEncoded: false };
  const [whole, scheme, , authority = ''] = prefixed;
  return { ...taken(target, whole, scheme, percentDecoded(authority)), isEncoded: /%(?:3a|2f)/i.test(whole) };
}

const taken = (target: string, whole: string, scheme = '', authority = ''): Omit<Target, 'isEncoded'> => ({
  origin: `${scheme.toLowerCase()}://${authority}`,
  rest: target.slice(whole.length),
});

/**
 * The responder that a target means, given the part of its `rest` that belongs to it; `undefined` when it names none, or
 * nothing that could be one. A user name or password is nobody's business: it names none either.
 */
export function upstreamOf({ origin, isEncoded }: Target, part: string): string | undefined {
  if (origin === undefined) return undefined;
  const text = origin + (isEncoded ? percentDecoded(part) : part);
  if (!URL.canParse(text)) return undefined;
  const url = new URL(text);
  if (url.username !== '' || url.password !== '') return undefined;
  url.hash = '';
  return url.href;
}

/** Bytes as latin1, whatever they are; a `%` that encodes nothing stays. */
export function percentDecoded(text: string): string {
  if (!text.includes('%')) return text;
  return text.replaceAll(/%([\da-f]{2})/gi, (_, digits: string) =>
    String.fromCodePoint(Number.parseInt(digits, 16)),
  );
}
