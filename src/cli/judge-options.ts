/** From the options by which a response is judged to what the verification takes. */
import { DerError, InputError } from '../errors.ts';
import { loadCertificatePool } from '../issuer/load-certificates.ts';
import type { VerifyOptions } from '../ocsp/verify-response.ts';
import type { Certificate } from '../x509/certificate.ts';
import type { JudgeFlags } from './verbs/judging.ts';

export type Judgement = Required<
  Pick<VerifyOptions, 'allowSha1' | 'trustedSigners' | 'maxAgeMs' | 'allowMissingNextUpdate'>
>;

/**
 * @throws InputError `usage-invalid` for `--allow-no-next-update` without `--max-age`, and what
 *   `loadNamed` throws for a `--trust` file.
 */
export async function loadJudgement(flags: Omit<JudgeFlags, 'issuer'>): Promise<Judgement> {
  if (flags.allowNoNextUpdate && flags.maxAge === undefined) {
    throw new InputError(
      'usage-invalid',
      '--allow-no-next-update needs --max-age, or such a response would be good for ever',
    );
  }
  return {
    allowSha1: flags.allowSha1,
    trustedSigners: await loadNamed(flags.trust ?? []),
    maxAgeMs: flags.maxAge,
    allowMissingNextUpdate: flags.allowNoNextUpdate,
  };
}

/**
 * The certificates of files and directories that an option names.
 *
 * @throws InputError `file-unreadable` or `certificate-not-found`, always with the path: of several files given, the
 *   user must be told which is the bad one.
 */
export async function loadNamed(paths: readonly string[]): Promise<readonly Certificate[]> {
  return (await Promise.all(paths.map((path) => namingFile(path, loadCertificatePool)))).flat();
}

/** Loads one file, so that an error about its bytes says whose they are. */
export async function namingFile<T>(path: string, load: (path: string) => T | Promise<T>): Promise<T> {
  try {
    return await load(path);
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    throw new InputError('certificate-not-found', error.message, path, { cause: error });
  }
}
