/** Short words in place of an answer, for whoever asks for something else than OCSP, or cannot be understood. */
import { STATUS_CODES } from 'node:http';

export type RefusalStatus = 400 | 404 | 405 | 408 | 413 | 415 | 429 | 431;

const TEXTS: Readonly<Record<RefusalStatus, string>> = {
  400: 'this is no HTTP request\n',
  404: 'this is an OCSP relay: it answers OCSP requests, by GET and by POST, and nothing else\n',
  405: 'this is an OCSP relay: it takes GET, HEAD and POST\n',
  408: 'the request did not come in time\n',
  413: 'an OCSP request this large is not taken\n',
  415: 'this is no OCSP request\n',
  429: 'too many requests from this address\n',
  431: 'headers this large are not taken\n',
};

export interface Refusal {
  readonly status: RefusalStatus;
  /** Names and values in turn. */
  readonly headers: readonly string[];
  readonly text: string;
}

export function refusal(status: RefusalStatus): Refusal {
  const text = TEXTS[status];
  return {
    status,
    headers: [
      ...(status === 405 ? ['Allow', 'GET, HEAD, POST'] : []),
      ...(status === 429 ? ['Retry-After', '1'] : []),
      'Content-Type',
      'text/plain; charset=utf-8',
      'Content-Length',
      String(text.length),
      'Cache-Control',
      'no-store',
    ],
    text,
  };
}

/** The same as bytes, for a connection that node:http has given up; it is closed after them. */
export function refusalBytes(status: RefusalStatus): string {
  const { headers, text } = refusal(status);
  const lines = [`HTTP/1.1 ${status} ${STATUS_CODES[status] ?? ''}`];
  for (let i = 0; i < headers.length; i += 2) lines.push(`${headers[i]}: ${headers[i + 1]}`);
  return `${lines.join('\r\n')}\r\nConnection: close\r\n\r\n${text}`;
}
