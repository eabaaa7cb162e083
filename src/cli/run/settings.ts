/** From one entry of the config to what its certificates are kept by. */
import type { CertificateOptions, Config } from '../../config/config.ts';
import type { Limiter } from '../../http/limiter.ts';
import type { SubjectSettings } from '../../keeper/files/certificate-subject.ts';
import type { ResponderRule } from '../../keeper/files/responder-rules.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import type { Clients } from './transport.ts';

/** @throws InputError for files named in it that cannot be read. */
export async function settingsOf(
  options: CertificateOptions,
  responders: readonly ResponderRule[],
  clients: Clients,
  limiter: Limiter,
): Promise<SubjectSettings> {
  const { allowSha1, allowNoNextUpdate, issuer, maxAgeMs: maxAge, policy, trust, url } = options;
  return {
    urls: url,
    givenIssuers: issuer && (await loadNamed(issuer)),
    headers: options.header,
    method: options.method,
    hash: options.hash,
    judgement: await loadJudgement({ allowSha1, allowNoNextUpdate, maxAge, trust }),
    client: await clients.clientFor(options),
    limiter,
    timeoutMs: policy.timeoutMs,
    responders,
    policy,
  };
}

export function rulesOf({ responders }: Config): readonly ResponderRule[] {
  return responders.map(({ match, use, header, disable }): ResponderRule => {
    const how: ResponderRule = { urls: use, headers: header, isDisabled: disable };
    return 'url' in match ? { ...how, prefix: match.url } : { ...how, issuerName: match.issuer };
  });
}
