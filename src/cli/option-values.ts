/** The values of options from their text; `undefined` for text that is none. */
import { parseDuration } from '../duration.ts';

/** `Name: value`. Line breaks would let a value smuggle in a header of its own. */
export function header(text: string): readonly [name: string, value: string] | undefined {
  const match = /^([!#$%&'*+.^_`|~0-9A-Za-z-]+):[ \t]*([\t\x20-\x7e\x80-\xff]*)$/.exec(text);
  return match ? [match[1] ?? '', (match[2] ?? '').trimEnd()] : undefined;
}

/** A host name or an IP address, as a URL spells it. No port: a host is vouched for as a whole. */
export function host(text: string): string | undefined {
  const url = `http://${/^[^[].*:/.test(text) ? `[${text}]` : text}/`;
  if (!/^[^/?#@\\\s]+$/.test(text) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : undefined;
}

/** A hundred years: longer than any certificate, and far from where a Date ends. */
const MAX_DURATION_MS = 36_525 * 86_400_000;
/** Node's timers count in 31 bits, and one that is set for longer goes off at once. */
const MAX_TIMEOUT_MS = 2 ** 31 - 1;

/** In milliseconds. */
export function duration(text: string): number | undefined {
  const ms = parseDuration(text);
  return ms !== undefined && ms > 0 && ms <= MAX_DURATION_MS ? ms : undefined;
}

/** The same for what a timer waits for. */
export function timeout(text: string): number | undefined {
  const ms = duration(text);
  return ms !== undefined && ms <= MAX_TIMEOUT_MS ? ms : undefined;
}

/** An `http:` or `https:` URL. */
export function httpUrl(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}

export function positiveInteger(text: string): number | undefined {
  const value = Number(text);
  return Number.isSafeInteger(value) && value >= 1 ? value : undefined;
}

/** How often to ask again: seldom, or the responder takes it for an attack. */
export function retries(text: string): number | undefined {
  return /^(?:\d|10)$/.test(text) ? Number(text) : undefined;
}

/** An ISO 8601 date or time; without a zone it is UTC, because that is what certificates speak. */
export function instant(text: string): Date | undefined {
  const iso = /^\d{4}-\d\d-\d\d(T\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:\d\d)?)?$/.exec(text);
  if (!iso) return undefined;
  const date = new Date(iso[1] !== undefined && iso[4] === undefined ? `${text}Z` : text);
  // Date takes February 30th for March 2nd.
  const day = new Date(`${text.slice(0, 10)}T00:00:00Z`);
  const exists = !Number.isNaN(date.getTime()) && day.toISOString().startsWith(text.slice(0, 10));
  return exists ? date : undefined;
}
