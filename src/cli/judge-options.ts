/** From the options by which a response is judged to what the verification takes. */
import { InputError } from '../errors.ts';
import { loadCertificates } from '../issuer/load-certificates.ts';
import type { VerifyOptions } from '../ocsp/verify-response.ts';
import type { JudgeFlags } from './verbs.ts';

export type Judgement = Required<
  Pick<VerifyOptions, 'allowSha1' | 'trustedSigners' | 'maxAgeMs' | 'allowMissingNextUpdate'>
>;

/**
 * @throws InputError `usage-invalid` for `--allow-no-next-update` without `--max-age`; `file-unreadable`,
 *   `certificate-not-found` or a DerError for a `--trust` file.
 */
export async function loadJudgement(flags: JudgeFlags): Promise<Judgement> {
  if (flags.allowNoNextUpdate && flags.maxAge === undefined) {
    throw new InputError(
      'usage-invalid',
      '--allow-no-next-update needs --max-age, or such a response would be good for ever',
    );
  }
  return {
    allowSha1: flags.allowSha1 === true,
    trustedSigners: (await Promise.all((flags.trust ?? []).map(loadCertificates))).flat(),
    maxAgeMs: flags.maxAge,
    allowMissingNextUpdate: flags.allowNoNextUpdate === true,
  };
}
