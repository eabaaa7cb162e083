/** Certificates from disk: one file, or every file of a directory. */
import { open, readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { InputError, RestapleError } from '../errors.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';

/** 10 MiB: the root store of a whole distribution has a quarter of one. */
export const MAX_FILE_BYTES: number = 10 * 1024 * 1024;

/**
 * The content of a file.
 *
 * @throws InputError `file-unreadable` when it cannot be read, is no regular file or pipe, or is too large.
 */
export async function readInputFile(path: string): Promise<Buffer> {
  try {
    const file = await open(path, 'r');
    try {
      const { size } = await file.stat();
      if (size > MAX_FILE_BYTES) throw new InputError('file-unreadable', `file has ${size} bytes`, path);
      return await file.readFile();
    } finally {
      await file.close();
    }
  } catch (error) {
    if (error instanceof InputError) throw error;
    throw new InputError('file-unreadable', `cannot be read: ${systemReason(error)}`, path, { cause: error });
  }
}

/**
 * The certificates of a file in its order.
 *
 * @throws InputError `file-unreadable` or `certificate-not-found`.
 * @throws DerError when what looks like a certificate is none.
 */
export async function loadCertificates(path: string): Promise<readonly Certificate[]> {
  const certificates = parseCertificates(await readInputFile(path));
  if (certificates.length === 0) throw new InputError('certificate-not-found', 'no certificate in it', path);
  return certificates;
}

/**
 * The certificates of a file or, for a directory, of all files in it that hold some; what else lies there is passed over.
 */
export async function loadCertificatePool(path: string): Promise<readonly Certificate[]> {
  const names = await namesIn(path);
  if (!names) return loadCertificates(path);
  const pool: Certificate[] = [];
  for (const name of names) {
    try {
      pool.push(...(await loadCertificates(join(path, name))));
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
    }
  }
  if (pool.length === 0)
    throw new InputError('certificate-not-found', 'no certificate in any file of it', path);
  return pool;
}

/** The sorted names in a directory; `undefined` for anything else. */
async function namesIn(path: string): Promise<readonly string[] | undefined> {
  try {
    return (await readdir(path)).toSorted();
  } catch {
    return undefined;
  }
}

/** `no such file or directory (ENOENT)`, without the path that the message of Node repeats. */
export function systemReason(error: unknown): string {
  if (!(error instanceof Error)) return String(error);
  const match = /^([A-Z0-9_]+): (.+?)(?:, \w+(?: '.*)?)?$/s.exec(error.message);
  return match ? `${match[2]} (${match[1]})` : error.message;
}
