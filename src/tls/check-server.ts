/** What a TLS server on the network staples, verified as a careful client would. */
import { type RestapleError, ResponseError, DerError, InputError, TransportError } from '../errors.ts';
import type { HttpClientOptions } from '../http/client.ts';
import { IssuerFetcher } from '../issuer/fetch-issuer.ts';
import { findIssuer, requireIssuer } from '../issuer/find-issuer.ts';
import { requireGood } from '../ocsp/require-good.ts';
import { type Verdict, verifyResponse } from '../ocsp/verify-response.ts';
import { type ReadStaple, readStaple } from '../probe/tls.ts';
import { lifeUsed } from '../staple/policy.ts';
import { type CertificateInput, certificatesOf } from '../subject/given.ts';
import { type Certificate, decodeCertificate } from '../x509/certificate.ts';
import { isMustStaple } from '../x509/tls-feature.ts';
import { type JudgementOptions, clientOf } from './options.ts';

/** How `checkServer` asks, and what it takes. Durations are milliseconds. */
export interface CheckServerOptions {
  /** Default 443. */
  readonly port?: number;
  /** The name that the server is asked for. Default `host`; none is sent for an IP address. */
  readonly servername?: string;
  /** The signatures that are taken, in OpenSSL's words: by them a server chooses among its certificates. */
  readonly sigalgs?: string;
  /** CA certificates, one of which must be the issuer; unless given, those that the server sends, or what its certificate names. */
  readonly issuers?: readonly CertificateInput[];
  /** How an issuer is fetched that the server does not send; the proxy is that of the environment unless given. */
  readonly http?: HttpClientOptions;
  /** What is taken that is refused unless said here. */
  readonly verify?: JudgementOptions;
  /** For the connection and the handshake. Default 10,000. */
  readonly timeoutMs?: number;
  /** Default the system's clock. */
  readonly now?: () => Date;
  /** How a server is asked; for tests. */
  readonly ask?: ReadStaple;
}

/**
 * `good`: a staple that a careful client takes. `none`: the server sent none. `revoked`, `unknown`: verified, and that is
 * what it says. `refused`: it breaks a rule, or its issuer is not to be had; `error` says which.
 */
export type StapleState = 'good' | 'none' | 'revoked' | 'unknown' | 'refused';

/** What a server presents and staples. */
export interface ServerReport {
  readonly state: StapleState;
  /** The server's own certificate first. Nobody has checked whether it is to be trusted. */
  readonly chain: readonly Certificate[];
  readonly certificate: Certificate;
  /** The certificate promises a staple (RFC 7633). */
  readonly mustStaple: boolean;
  /** It promises one, and clients do not get a good one. */
  readonly isBroken: boolean;
  /** As it came. */
  readonly staple: Buffer | undefined;
  readonly verdict: Verdict | undefined;
  /** Of the staple's life, from 0 to 1. */
  readonly lifeUsed: number | undefined;
  readonly error: RestapleError | undefined;
}

const TIMEOUT_MS = 10_000;

/**
 * Connects to a TLS server as a client that asks for a staple (RFC 6066 section 8), and verifies what comes by the
 * rules of `verifyResponse`. The certificate need not be trusted to be looked at.
 *
 * @param host a name or an IP address without brackets.
 * @throws Error of node:net or node:tls when there is no handshake, or one that says that time ran off.
 * @throws InputError, DerError when the server sends no certificate that can be read, or `issuers` cannot be.
 * @example
 * ```ts
 * import { checkServer } from 'restaple';
 *
 * const { state, lifeUsed, error } = await checkServer('127.0.0.1', { port: 8443 });
 * console.log(state, lifeUsed, error?.message);
 * ```
 */
export async function checkServer(host: string, options: CheckServerOptions = {}): Promise<ServerReport> {
  const { port = 443, sigalgs, ask = readStaple, now = () => new Date() } = options;
  // The dot that ends a full name is DNS's own: TLS names have none (RFC 6066 section 3).
  const servername = options.servername ?? host.replace(/\.$/, '');
  const server = { host, port: String(port), servername, sigalgs };
  const presented = await ask(server, options.timeoutMs ?? TIMEOUT_MS);
  const chain = presented.chain.map((der) => decodeCertificate(der));
  const [certificate] = chain;
  if (!certificate) throw new InputError('certificate-not-found', 'the server presents no certificate');
  const mustStaple = isMustStaple(certificate);
  const { staple } = presented;
  const report = (
    state: StapleState,
    more: Partial<Pick<ServerReport, 'verdict' | 'lifeUsed' | 'error'>> = {},
  ): ServerReport => ({
    verdict: undefined,
    lifeUsed: undefined,
    error: undefined,
    ...more,
    state,
    chain,
    certificate,
    mustStaple,
    isBroken: mustStaple && state !== 'good',
    staple,
  });
  if (!staple) return report('none');
  try {
    const at = now();
    const issuer = await issuerOf(certificate, chain, options);
    const verdict = verifyResponse(staple, { ...options.verify, certificate, issuer, now: at });
    const life = { thisUpdate: verdict.thisUpdate.getTime(), validUntil: verdict.validUntil.getTime() };
    const used = { verdict, lifeUsed: lifeUsed(life, at.getTime()) };
    return report(verdict.certStatus.type, { ...used, error: complaintOf(verdict) });
  } catch (error) {
    if (!isExpected(error)) throw error;
    return report('refused', { error });
  }
}

function complaintOf({ certStatus }: Verdict): RestapleError | undefined {
  try {
    requireGood(certStatus);
    return undefined;
  } catch (error) {
    if (error instanceof ResponseError) return error;
    throw error;
  }
}

const isExpected = (error: unknown): error is RestapleError =>
  error instanceof ResponseError ||
  error instanceof DerError ||
  error instanceof InputError ||
  error instanceof TransportError;

async function issuerOf(
  certificate: Certificate,
  chain: readonly Certificate[],
  { issuers, http, timeoutMs = TIMEOUT_MS }: CheckServerOptions,
): Promise<Certificate> {
  if (issuers)
    return requireIssuer(
      certificate,
      issuers.flatMap((issuer) => certificatesOf(issuer)),
    );
  const sent = findIssuer(certificate, chain.slice(1));
  if (sent) return sent;
  const client = clientOf(http);
  try {
    return await new IssuerFetcher(client, undefined, { timeoutMs }).fetchIssuer(certificate);
  } finally {
    client.close();
  }
}
