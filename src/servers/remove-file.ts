/** Takes a file away that a server must not find any more. */
import { rm } from 'node:fs/promises';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';

/**
 * One that is not there is no error.
 *
 * @throws InputError `output-unwritable`
 */
export async function removeFile(path: string): Promise<void> {
  try {
    await rm(path, { force: true });
  } catch (error) {
    const reason = `cannot remove ${path}: ${systemReason(error)}`;
    throw new InputError('output-unwritable', reason, path, { cause: error });
  }
}
