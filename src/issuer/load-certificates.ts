/** Certificates from disk: one file, or every file of a directory. */
import { closeSync, fstatSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../attempt.ts';
import { InputError, RestapleError } from '../errors.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';

/** 10 MiB: the root store of a whole distribution has a quarter of one. */
export const MAX_FILE_BYTES: number = 10 * 1024 * 1024;

/**
 * The content of a file. Read synchronously: for a few KiB, a thread of the pool costs more than the reading.
 *
 * @throws InputError `file-unreadable` when it cannot be read or is too large.
 */
export function readInputFile(path: string): Buffer {
  try {
    const file = openSync(path, 'r');
    try {
      return readBounded(file, path);
    } finally {
      closeSync(file);
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('file-unreadable', `cannot be read: ${systemReason(error)}`, path, { cause: error });
  }
}

/** To the end, whatever size the file system tells: a pipe has none, and a device has no end. */
function readBounded(file: number, path: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  const stats = fstatSync(file);
  // One byte more, by which a plain file shows its end.
  let size = Math.min(stats.size + 1, MAX_FILE_BYTES);
  for (;;) {
    // From the pool where it fits: memory of its own for each of ten thousand files keeps the collector busy.
    const chunk = Buffer.allocUnsafe(Math.max(size, 1024));
    const read = readSync(file, chunk);
    if (read === 0) break;
    chunks.push(chunk.subarray(0, read));
    total += read;
    if (total > MAX_FILE_BYTES)
      throw new InputError('file-unreadable', `more than ${MAX_FILE_BYTES} bytes`, path);
    if (stats.isFile() && read < chunk.length) break;
    size -= read;
  }
  if (chunks.length === 1 && chunks[0]) return chunks[0];
  const whole = Buffer.concat(chunks);
  // There may be a private key in it: whoever wipes what is returned must wipe all there is.
  for (const chunk of chunks) chunk.fill(0);
  return whole;
}

/**
 * The certificates of a file in its order.
 *
 * @throws InputError `file-unreadable` or `certificate-not-found`.
 * @throws DerError when what looks like a certificate is none.
 */
export function loadCertificates(path: string): readonly Certificate[] {
  const certificates = parseCertificates(readInputFile(path));
  if (certificates.length === 0) throw new InputError('certificate-not-found', 'no certificate in it', path);
  return certificates;
}

/**
 * The certificates of a file or, for a directory, of all files in it that hold some; what else lies there is passed over.
 */
export async function loadCertificatePool(path: string): Promise<readonly Certificate[]> {
  const names = namesIn(path);
  if (!names) return loadCertificates(path);
  const pool: Certificate[] = [];
  for (const name of names) {
    const file = join(path, name);
    try {
      // Nobody waits for a pipe that happens to lie there.
      if (isFile(file)) for (const one of loadCertificates(file)) pool.push(one);
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
    }
  }
  if (pool.length === 0)
    throw new InputError('certificate-not-found', 'no certificate in any file of it', path);
  return pool;
}

function isFile(path: string): boolean {
  return attempt(() => statSync(path))?.isFile() === true;
}

/** The sorted names in a directory; `undefined` for anything else. */
function namesIn(path: string): readonly string[] | undefined {
  return attempt(() => readdirSync(path).toSorted());
}

/** `no such file or directory (ENOENT)`, without the path that the message of Node repeats. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const match = /^([A-Z0-9_]+): (.+?)(?:, \w+(?: '.*)?)?$/s.exec(error.message);
  return match ? `${match[2]} (${match[1]})` : error.message;
}
