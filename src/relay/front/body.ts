/** The body of a POST, as far as it may be one. */
import type { IncomingMessage } from 'node:http';

/** What is larger than allowed is read to its end and not kept, for who still writes does not hear the answer; up to here. */
const MAX_DISCARDED = 1024 * 1024;

/** Calls back once: with the body as latin1, or with `undefined` when it is too large. A client that goes away is not told of. */
export function receive(
  request: IncomingMessage,
  limit: number,
  done: (body: string | undefined) => void,
): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_DISCARDED) {
    done(undefined);
    return;
  }
  let body = '';
  let size = 0;
  request.setEncoding('latin1');
  request.on('data', (chunk: string) => {
    size += chunk.length;
    if (size <= limit) body += chunk;
    else if (size > MAX_DISCARDED) request.destroy();
  });
  request.on('end', () => done(size <= limit ? body : undefined));
}
