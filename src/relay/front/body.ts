/** The body of a POST, as far as it may be one. */
import type { IncomingMessage } from 'node:http';

const EMPTY = Buffer.alloc(0);
/** What is larger than allowed is read to its end and not kept, for who still writes does not hear the answer; up to here. */
const MAX_DISCARDED = 1024 * 1024;

/** Calls back once: with the body, or with `undefined` when it is too large. A client that goes away is not told of. */
export function receive(
  request: IncomingMessage,
  limit: number,
  done: (body: Buffer | undefined) => void,
): void {
  const declared = Number(request.headers['content-length'] ?? 0);
  if (declared > MAX_DISCARDED) {
    done(undefined);
    return;
  }
  let first: Buffer | undefined;
  let rest: Buffer[] | undefined;
  let size = 0;
  request.on('data', (chunk: Buffer) => {
    size += chunk.length;
    if (size > MAX_DISCARDED) request.destroy();
    else if (size > limit) rest = undefined;
    else if (!first) first = chunk;
    else (rest ??= []).push(chunk);
  });
  request.on('end', () => {
    if (size > limit) done(undefined);
    else done(first && rest ? Buffer.concat([first, ...rest]) : (first ?? EMPTY));
  });
}
