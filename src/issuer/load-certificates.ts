/** Certificates from disk: one file, or every file of a directory. */
import { closeSync, openSync, readSync, readdirSync, statSync } from 'node:fs';
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

/** What every file is read into first: nearly all fit. */
const page = Buffer.alloc(16 * 1024);

/**
 * To the end, whatever size the file system tells: a pipe has none, and a device has no end. There may be a private key in
 * it: whoever wipes what is returned has wiped all there is.
 */
function readBounded(file: number, path: string): Buffer {
  const chunks: Buffer[] = [];
  let total = 0;
  try {
    for (let read = readSync(file, page); read > 0; read = readSync(file, page)) {
      chunks.push(Buffer.from(page.subarray(0, read)));
      page.fill(0, 0, read);
      total += read;
      if (total > MAX_FILE_BYTES)
        throw new InputError('file-unreadable', `more than ${MAX_FILE_BYTES} bytes`, path);
    }
    const only = chunks.length === 1 ? chunks.pop() : undefined;
    return only ?? Buffer.concat(chunks);
  } finally {
    for (const chunk of chunks) chunk.fill(0);
  }
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
  if (attempt(() => statSync(path))?.isDirectory() !== true) return undefined;
  return attempt(() => readdirSync(path).toSorted());
}

/** `no such file or directory (ENOENT)`, without the path that the message of Node repeats. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const match = /^([A-Z0-9_]+): (.+?)(?:, \w+(?: '.*)?)?$/s.exec(error.message);
  return match ? `${match[2]} (${match[1]})` : error.message;
}
