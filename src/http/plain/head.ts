/**
 * The head of an answer in the form that nearly every responder sends: HTTP/1.1, a Content-Length, no header twice.
 *
 * What is not plain beyond doubt is not judged here: node:http reads it. Two readers of one message must not differ, or
 * one sees an answer where the other sees two, so this one has no leniency at all (RFC 9112 sections 2.2, 5 and 6.3).
 */
import type { IncomingHttpHeaders } from 'node:http';

export interface PlainHead {
  readonly status: number;
  readonly statusText: string;
  /** By lower-case name. */
  readonly headers: IncomingHttpHeaders;
  /** Where the body begins. */
  readonly end: number;
  /** Of the body, in bytes. */
  readonly length: number;
  /** The connection may be used again. */
  readonly persists: boolean;
}

/** Responders send a few hundred bytes. */
const MAX_BYTES = 4096;

/** 2xx to 5xx; RFC 9110 has a message by the name 204 without a body, and 1xx before the answer. */
const STATUS_LINE = /^HTTP\/1\.1 (20[0-35-9]|2[1-9]\d|[345]\d\d) ([\t -~\u0080-\u00ff]*)$/;
/** A token, then anything but control characters. */
const FIELD = /^([!#$%&'*+\-.^_`|~0-9A-Za-z]+):[\t ]*([\t -~\u0080-\u00ff]*)$/;
const TRAILING_SPACE = /[\t ]+$/;
const LENGTH = /^\d{1,8}$/;

/** Those that change how a message is read, or of whose values node:http makes something else than a string. */
const NOT_PLAIN: ReadonlySet<string> = new Set([
  'transfer-encoding',
  'trailer',
  'upgrade',
  'set-cookie',
  'proxy-connection',
  // An object has these without being given them.
  ...Object.getOwnPropertyNames(Object.prototype),
]);

/** `undefined` for everything that is not plain, and where the head is not whole. */
export function readPlainHead(bytes: Buffer): PlainHead | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1 || end > MAX_BYTES) return undefined;
  const lines = bytes.toString('latin1', 0, end).split('\r\n');
  const statusLine = STATUS_LINE.exec(lines[0] ?? '');
  if (!statusLine) return undefined;
  const headers: Record<string, string> = {};
  const names: string[] = [];
  for (let i = 1; i < lines.length; i++) {
    const field = FIELD.exec(lines[i] ?? '');
    if (!field) return undefined;
    const key = field[1]?.toLowerCase() ?? '';
    const value = field[2] ?? '';
    if (names.includes(key) || NOT_PLAIN.has(key)) return undefined;
    names.push(key);
    // node:http takes a length with a tab behind it for none.
    headers[key] = key === 'content-length' ? value : value.replace(TRAILING_SPACE, '');
  }
  const status = Number(statusLine[1]);
  const length = lengthOf(status, headers);
  const persists = persistence(headers['connection']);
  if (length === undefined || persists === undefined) return undefined;
  return { status, statusText: statusLine[2] ?? '', headers, end: end + 4, length, persists };
}

/** A 304 has no body, whatever its Content-Length says of the one that it stands for (RFC 9110 section 8.6). */
function lengthOf(
  status: number,
  { 'content-length': length = '' }: IncomingHttpHeaders,
): number | undefined {
  if (status === 304) return 0;
  return LENGTH.test(length) ? Number(length) : undefined;
}

function persistence(connection = 'keep-alive'): boolean | undefined {
  const option = connection.toLowerCase();
  return option === 'keep-alive' ? true : option === 'close' ? false : undefined;
}
