/** Files that are written as they are typed, `-reqout` and `-out`: never over a certificate or a key. */
import { statSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { basename } from 'node:path';
import { attempt } from '../../attempt.ts';
import { isPem } from '../../der/pem.ts';
import { TAG } from '../../der/tags.ts';
import { InputError } from '../../errors.ts';
import { readInputFile, systemReason } from '../../issuer/load-certificates.ts';
import { decodeOCSPRequest } from '../../ocsp/ocsp-request.ts';
import { writeFileAtomically } from '../../store/atomic-file.ts';

/** @throws InputError `output-unwritable`; what was there is untouched then. */
export function writeRequest(path: string, der: Buffer): Promise<void> {
  return replace(path, der, (bytes) => attempt(() => decodeOCSPRequest(bytes)) !== undefined);
}

/** Text that was printed before may have PEM in it, and begins with what openssl prints first. */
export function writeText(path: string, text: string): Promise<void> {
  return replace(path, Buffer.from(text), (bytes) => bytes.toString('latin1', 0, 7) === 'OCSP Re');
}

/** `/dev/null`, `/dev/stdout`, a pipe: nothing is kept there that could be lost, and nothing can take its place. */
export function isStream(path: string): boolean {
  const stats = attempt(() => statSync(path));
  return stats?.isFIFO() === true || stats?.isCharacterDevice() === true;
}

/** @throws InputError `output-unwritable` */
export async function writeStream(path: string, bytes: Buffer): Promise<void> {
  try {
    await writeFile(path, bytes);
  } catch (error) {
    const reason = `cannot be written: ${systemReason(error)}`;
    throw new InputError('output-unwritable', reason, path, { cause: error });
  }
}

async function replace(path: string, bytes: Buffer, isOwn: (present: Buffer) => boolean): Promise<void> {
  if (isStream(path)) {
    await writeStream(path, bytes);
    return;
  }
  const present = attempt(() => statSync(path))?.isFile() === true ? readInputFile(path) : undefined;
  if (present && isPrecious(present) && !isOwn(present))
    throw new InputError(
      'output-unwritable',
      `${basename(path)} holds a certificate, a key or other DER`,
      path,
    );
  await writeFileAtomically(path, bytes);
}

const isPrecious = (bytes: Buffer): boolean =>
  isPem(bytes) || (bytes[0] === TAG.sequence && bytes.length > 8);
