/** A response put to the rules, in openssl's order: the nonce, the signer, then what is said about each certificate. */
import { InputError, ResponseError, RestapleError } from '../../errors.ts';
import { authenticate } from '../../ocsp/authenticate.ts';
import type { BasicOCSPResponse } from '../../ocsp/basic-ocsp-response.ts';
import { checkNonce } from '../../ocsp/check-nonce.ts';
import { checkTimes } from '../../ocsp/check-times.ts';
import { matchSingle } from '../../ocsp/match-single.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import { requireGood } from '../../ocsp/require-good.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import { type Verdict, type VerifyOptions, verifyResponse } from '../../ocsp/verify-response.ts';
import { findExtension } from '../../x509/extension.ts';
import { formatName } from '../../x509/name.ts';
import { OID } from '../../x509/oids.ts';
import { unanchored } from './anchored.ts';
import { answerTo } from './answer-to.ts';
import type { Question, Subject } from './questions.ts';
import type { Settings } from './settings.ts';
import { type Trust, embeddedCertificates, withCertificates } from './trust.ts';

/** `error` is why it does not count as good: a rule, or what it says. */
export interface Answer {
  readonly question: Question;
  /** What is said about the certificate, if anything. */
  readonly single: SingleResponse | undefined;
  readonly error: RestapleError | undefined;
}

export interface Judge {
  /** @throws ResponseError `nonce-mismatch` */
  checkNonce(sent: Buffer): void;
  /** @throws DerError, ResponseError, InputError: nobody who may answer has signed it. */
  checkSigner(question: Question): void;
  readonly hasNonce: boolean;
  /** Never throws for what a response may hold. */
  judge(question: Question): Answer;
  /** All rules at once, for every question. @throws RestapleError */
  verify(question: Question): Verdict;
}

/** For one response; `now` is the moment at which it is judged. */
export function judgeOf(basic: BasicOCSPResponse, settings: Settings, trust: Trust, now: Date): Judge {
  const der = withCertificates(basic, settings, trust);
  const completed = readResponse(der);
  const embedded = embeddedCertificates(completed);
  const anyone = settings.checks === 'signature' ? embedded : [];
  const trustedSigners = [...trust.trustedSigners, ...anyone];
  const times = {
    now,
    skewMs: settings.skewMs,
    maxAgeMs: settings.maxAgeMs,
    // openssl's page: where nextUpdate is left out, the age is what counts.
    allowMissingNextUpdate: settings.maxAgeMs !== undefined,
  };
  const optionsFor = (subject: Subject): VerifyOptions => ({ ...subject, ...times, trustedSigners });

  const checkSigner = (question: Question): void => {
    const { issuer } = subjectOf(question);
    const signer = authenticate(completed, { issuer, trustedSigners, now, allowSha1: false });
    if (!trust.anchors || signer.kind === 'trusted') return;
    const between = [
      ...trust.issuers,
      ...trust.others,
      ...(settings.internChain ? embeddedCertificates(basic) : []),
    ];
    const problem = unanchored(issuer, { anchors: trust.anchors, between, now });
    if (problem === undefined) return;
    const who = `the issuer ${formatName(issuer.subject)}`;
    throw new InputError(
      'issuer-mismatch',
      `${who} leads to no certificate of -CAfile or -CApath: ${problem}`,
    );
  };

  const verify = (question: Question): Verdict => {
    checkSigner(question);
    return verifyResponse(der, optionsFor(subjectOf(question)));
  };

  return {
    checkNonce: (sent) =>
      checkNonce(basic.tbsResponseData.responseExtensions, { value: sent, policy: 'if-supported' }),
    checkSigner,
    hasNonce: findExtension(basic.tbsResponseData.responseExtensions, OID.ocspNonce) !== undefined,
    verify,
    judge(question) {
      const single = answerTo(question, basic.tbsResponseData.responses);
      const error = failureOf(() => {
        if (!single) throw notAnswered(question, basic);
        if (settings.checks === 'nothing') checkTimes(single, { ...times, certificate: endOf(question) });
        else verify(question);
        requireGood(single.certStatus);
      });
      return { question, single, error };
    },
  };
}

function subjectOf({ subject, name }: Question): Subject {
  if (!subject) throw new InputError('issuer-not-found', `no -issuer is that of ${name}`);
  return subject;
}

/** Of a certificate of which nothing is known, no end is known either. */
const endOf = ({ subject }: Question): { notAfter: Date } =>
  subject?.certificate ?? { notAfter: new Date(8_640_000_000_000_000) };

/** In the words of rule 4 where the certificate is known. */
function notAnswered({ name, subject }: Question, { tbsResponseData }: BasicOCSPResponse): RestapleError {
  const { responses } = tbsResponseData;
  const told = subject && failureOf(() => matchSingle(responses, subject.certificate, subject.issuer));
  return told ?? new ResponseError('certid-mismatch', `the response says nothing about ${name}`);
}

/** What a step fails with; a fault of restaple itself is no result. */
export function failureOf(step: () => unknown): RestapleError | undefined {
  try {
    step();
    return undefined;
  } catch (error) {
    if (error instanceof RestapleError) return error;
    throw error;
  }
}
