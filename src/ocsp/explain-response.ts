/**
 * The same rules as `verifyResponse`, but none is the last: what an administrator wants to know of a bad response is
 * everything that is wrong with it, and what is not.
 */
import { type RestapleError, DerError, ResponseError } from '../errors.ts';
import { formatInstant } from '../der/time.ts';
import { hex } from '../text.ts';
import { formatName } from '../x509/name.ts';
import { oidName } from '../x509/oids.ts';
import { signatureAlgorithmName } from '../x509/signature-scheme.ts';
import { type Signer, authenticate } from './authenticate.ts';
import type { BasicOCSPResponse } from './basic-ocsp-response.ts';
import { checkNonce } from './check-nonce.ts';
import { checkTimes } from './check-times.ts';
import { checkCriticalExtensions } from './critical-extensions.ts';
import { matchSingle } from './match-single.ts';
import { decodeOCSPResponse } from './ocsp-response.ts';
import { readBasicResponse } from './read-response.ts';
import { requireGood } from './require-good.ts';
import { RULES, type Rule, type RuleName, brokenRule } from './rules.ts';
import type { SingleResponse } from './single-response.ts';
import type { VerifyOptions } from './verify-response.ts';

/** What became of one rule. */
export interface RuleOutcome {
  readonly rule: Rule;
  /** `unreached`: an earlier rule failed without which this one cannot be looked at. */
  readonly outcome: 'passed' | 'failed' | 'unreached';
  /** The values that were looked at; for a failed rule the reason. */
  readonly detail: string;
  readonly error: RestapleError | undefined;
}

/**
 * Puts a response to every rule of `RULES`, where `verifyResponse` stops at the first that it breaks.
 *
 * @returns one outcome a rule, in the order of their numbers. Never throws for what a response may hold.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { explainResponse, parseCertificates } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const outcomes = explainResponse(readFileSync('domain.ocsp'), { certificate, issuer, now: new Date() });
 * for (const { rule, outcome, detail } of outcomes) console.log(rule.number, rule.name, outcome, detail);
 * ```
 */
export function explainResponse(der: Uint8Array, options: VerifyOptions): readonly RuleOutcome[] {
  const report = new Report();
  const basic = read(report, der);
  const single = basic && report.attempt('CertID', () => match(basic, options), describeMatch);
  const signer = basic && report.attempt('signer', () => findSigner(basic, options), describeSigner);
  if (basic && signer) report.pass('signature', signatureAlgorithmName(basic.signatureAlgorithm));
  if (single) {
    report.attempt('times', () => times(single, options), formatTimes(single));
    report.attempt(
      'critical extensions',
      () => checkCriticalExtensions(basic, single),
      () => 'none unknown',
    );
    report.attempt(
      'certificate status',
      () => requireGood(single.certStatus),
      () => 'good',
    );
  }
  if (basic) {
    const sent = options.nonce ? 'the one that was sent' : 'none was sent';
    report.attempt(
      'nonce',
      () => checkNonce(basic.tbsResponseData.responseExtensions, options.nonce),
      () => sent,
    );
  }
  return report.outcomes();
}

class Report {
  readonly #outcomes = new Map<RuleName, Omit<RuleOutcome, 'rule'>>();

  pass(name: RuleName, detail: string): void {
    if (!this.#outcomes.has(name)) this.#outcomes.set(name, { outcome: 'passed', detail, error: undefined });
  }

  /** Runs one step; a failure is booked on the rule that it names, which may be another than `name`. */
  attempt<T>(name: RuleName, step: () => T, describe: (value: T) => string): T | undefined {
    try {
      const value = step();
      this.pass(name, describe(value));
      return value;
    } catch (error) {
      if (!(error instanceof DerError || error instanceof ResponseError)) throw error;
      const broken = error instanceof DerError ? 'strict DER' : (brokenRule(error)?.name ?? name);
      this.#outcomes.set(broken, { outcome: 'failed', detail: error.message, error });
      // A signature is looked at only for a signer that may sign.
      if (error.code === 'signature-invalid') this.pass('signer', 'may sign for the issuer');
      return undefined;
    }
  }

  outcomes(): readonly RuleOutcome[] {
    const unreached = { outcome: 'unreached', detail: 'not looked at', error: undefined } as const;
    return RULES.map((rule) => ({ rule, ...(this.#outcomes.get(rule.name) ?? unreached) }));
  }
}

function read(report: Report, der: Uint8Array): BasicOCSPResponse | undefined {
  const response = report.attempt(
    'strict DER',
    () => decodeOCSPResponse(der),
    () => `${der.length} bytes`,
  );
  if (response?.responseStatus === 'successful') report.pass('response status', 'successful');
  return (
    response &&
    report.attempt(
      'response type',
      () => readBasicResponse(response),
      () => 'id-pkix-ocsp-basic, version 1',
    )
  );
}

const match = (basic: BasicOCSPResponse, { certificate, issuer }: VerifyOptions): SingleResponse =>
  matchSingle(basic.tbsResponseData.responses, certificate, issuer);

const describeMatch = ({ certID }: SingleResponse): string =>
  `serial ${hex(certID.serialNumber)}, by ${oidName(certID.hashAlgorithm.algorithm)}`;

function findSigner(basic: BasicOCSPResponse, options: VerifyOptions): Signer {
  const { issuer, now, allowSha1 = false, trustedSigners = [] } = options;
  return authenticate(basic, { issuer, now, allowSha1, trustedSigners });
}

function describeSigner({ kind, certificate }: Signer): string {
  const name = formatName(certificate.subject);
  switch (kind) {
    case 'issuer':
      return `the issuer itself, ${name}`;
    case 'delegate':
      return `${name}, delegated by ${formatName(certificate.issuer)}`;
    case 'trusted':
      return `${name}, trusted by name`;
  }
}

function times(single: SingleResponse, options: VerifyOptions): Date {
  const { certificate, now, skewMs, maxAgeMs, allowMissingNextUpdate = false } = options;
  return checkTimes(single, { certificate, now, skewMs, maxAgeMs, allowMissingNextUpdate });
}

const formatTimes =
  ({ thisUpdate }: SingleResponse) =>
  (end: Date): string =>
    `${formatInstant(thisUpdate)} to ${formatInstant(end)}`;
