/** Who issued the certificate, and did that key really sign it? */
import { RestapleError } from '../errors.ts';
import { IssuerFetcher } from '../issuer/fetch-issuer.ts';
import { findIssuer, requireIssuer } from '../issuer/find-issuer.ts';
import type { Certificate } from '../x509/certificate.ts';
import { formatName } from '../x509/name.ts';
import { type Check, type Found, NOTHING } from './check.ts';
import { ok, problem } from './finding.ts';

export const checkIssuer: Check = async ({ certificate, chain = [], urls, leftToCrl }, tools) => {
  if (!certificate || (!urls && leftToCrl !== true)) return NOTHING;
  const inChain = findIssuer(certificate, chain);
  try {
    if (tools.givenIssuers)
      return found(requireIssuer(certificate, tools.givenIssuers), 'given with --issuer');
    if (inChain) return found(inChain, 'out of the chain');
    const { issuerCache } = tools;
    // What is fetched is not kept: this verb leaves nothing behind.
    const cache = issuerCache && {
      load: (url: string) => issuerCache.load(url),
      save: () => Promise.resolve(),
    };
    const { client, timeoutMs, retry } = tools;
    const fetcher = new IssuerFetcher(client, cache, { timeoutMs, retry });
    return found(await fetcher.fetchIssuer(certificate), 'fetched');
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    const advice = inChain
      ? 'leave --issuer out: the file has the right one'
      : 'give the CA certificate whose key signed this one with --issuer FILE';
    const meaning = 'without its issuer nobody can ask for a certificate, or check the answer';
    return {
      findings: [problem('issuer', error.message, { meaning, advice })],
      known: { issuerError: error, issuerInChain: inChain !== undefined },
      error,
    };
  }
};

const found = (issuer: Certificate, where: string): Found => ({
  findings: [ok('issuer', `${formatName(issuer.subject)}, ${where}; its key signed the certificate`)],
  known: { issuer },
});
