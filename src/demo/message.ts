/** What both HTTP servers of the demo need. */
import type { IncomingMessage } from 'node:http';

/** An OCSP request has some hundred bytes. */
const MAX_BODY_BYTES = 16 * 1024;

/**
 * The body of a request; `undefined` when it is larger than 16 KiB or was cut short. One that is too large is read to
 * its end and not kept: who is still sending would not hear the answer.
 */
export async function readBody(message: IncomingMessage): Promise<Buffer | undefined> {
  const chunks: Buffer[] = [];
  let size = 0;
  try {
    for await (const chunk of message) {
      const bytes = Buffer.from(chunk);
      size += bytes.length;
      if (size <= MAX_BODY_BYTES) chunks.push(bytes);
    }
  } catch {
    return undefined;
  }
  return size <= MAX_BODY_BYTES ? Buffer.concat(chunks) : undefined;
}
