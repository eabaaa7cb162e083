/** The CRLs of the certificates that `inspect --crl` shows. */
import { type CrlStatus, fetchCrlStatus } from '../../crl/fetch-crl-status.ts';
import { crlDistributionPoints } from '../../crl/crl-distribution-points.ts';
import { crlWords } from '../../crl/words.ts';
import { RestapleError } from '../../errors.ts';
import { createHttpClient } from '../../http/client.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { IssuerFetcher } from '../../issuer/fetch-issuer.ts';
import { findIssuer } from '../../issuer/find-issuer.ts';
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { printable } from '../../text.ts';
import { isCa } from '../../x509/basic-constraints.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { hasNoRevAvail } from '../../x509/tls-feature.ts';
import type { Row } from '../describe/listing.ts';
import { EXIT, type ExitCode, exitCodeOf } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { loadNamed } from '../judge-options.ts';
import type { InspectFlags } from '../verbs/inspect.ts';
import { VERSION } from '../version.ts';
import { type CrlJson, crlJson } from './crl-json.ts';

/** What the CRL of one certificate came to, in every form in which it is shown. */
export interface CrlOutcome {
  readonly row: Row;
  readonly json: CrlJson;
  readonly exitCode: ExitCode;
  readonly error: RestapleError | undefined;
}

export interface CrlAsker {
  /**
   * `candidates` are those of the same file, of which one may be the issuer.
   *
   * @returns `undefined` for the certificate of a CA that names no CRL, as roots do: nobody is to be told that of each file
   *   with a chain.
   */
  ask(certificate: Certificate, candidates: readonly Certificate[]): Promise<CrlOutcome | undefined>;
  close(): void;
}

/** @throws InputError for files named by options that cannot be read. */
export async function createCrlAsker(flags: InspectFlags, io: Io): Promise<CrlAsker> {
  const ca = flags.cacert && (await loadNamed(flags.cacert));
  const issuers = await loadNamed(flags.issuer ?? []);
  const timeoutMs = flags.timeout ?? DEFAULT_TIMEOUT_MS;
  const client = createHttpClient({
    ...(ca && { ca }),
    userAgent: `restaple/${VERSION}`,
    allowPrivate: flags.allowPrivate,
    proxyFor: proxyChoice(flags.proxy, io.env),
    allowHosts: flags.allowHost ?? [],
    connectTo: flags.connectTo ?? [],
    resolve: flags.resolve ?? [],
  });
  const fetcher = new IssuerFetcher(client, undefined, { timeoutMs });

  const statusOf = async (certificate: Certificate, pool: readonly Certificate[]): Promise<CrlStatus> => {
    const issuer = findIssuer(certificate, pool) ?? (await fetcher.fetchIssuer(certificate));
    const { allowSha1 } = flags;
    const headers = flags.header ?? [];
    return fetchCrlStatus({ certificate, issuer, client, now: io.now(), allowSha1, headers, timeoutMs });
  };

  return {
    async ask(certificate, candidates) {
      if (hasNoRevAvail(certificate)) return NOT_NEEDED;
      try {
        if (isCa(certificate) && crlDistributionPoints(certificate).length === 0) return undefined;
        return known(await statusOf(certificate, [...issuers, ...candidates]));
      } catch (error) {
        if (!(error instanceof RestapleError)) throw error;
        return failed(error);
      }
    },
    close() {
      client.close();
    },
  };
}

const NOT_NEEDED: CrlOutcome = {
  row: ['CRL', 'none is needed (noRevAvail)'],
  json: crlJson(undefined),
  exitCode: EXIT.ok,
  error: undefined,
};

function known(status: CrlStatus): CrlOutcome {
  return {
    row: ['CRL', [crlWords(status), ...status.notes.map(printable)]],
    json: crlJson(status),
    exitCode: status.certStatus.type === 'good' ? EXIT.ok : EXIT.notGood,
    error: undefined,
  };
}

function failed(error: RestapleError): CrlOutcome {
  return {
    row: ['CRL', `not known: ${printable(error.message)}`],
    json: crlJson(error),
    exitCode: exitCodeOf(error),
    error,
  };
}
