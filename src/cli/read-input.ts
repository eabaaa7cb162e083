/** A file that was named, or standard input for `-`. */
import { InputError } from '../errors.ts';
import { MAX_FILE_BYTES, readInputFile } from '../issuer/load-certificates.ts';
import type { Io } from './io.ts';

/** @throws InputError `file-unreadable`, also for more bytes than a file may have. */
export async function readInput(path: string, io: Io): Promise<Buffer> {
  if (path !== '-') return readInputFile(path);
  const chunks: Uint8Array[] = [];
  let size = 0;
  for await (const chunk of io.input()) {
    size += chunk.length;
    if (size > MAX_FILE_BYTES)
      throw new InputError('file-unreadable', `more than ${MAX_FILE_BYTES} bytes`, path);
    chunks.push(chunk);
  }
  const whole = Buffer.concat(chunks);
  // There may be a private key in it: whoever wipes what is returned must wipe all there is.
  for (const chunk of chunks) chunk.fill(0);
  return whole;
}
