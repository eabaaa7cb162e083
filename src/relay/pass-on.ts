/**
 * Questions that no kept answer can answer: with a nonce, for several certificates, signed, or with an extension that
 * must be understood. They go to the responder as they came, and what comes back is verified for every certificate that
 * was asked about; it is for this client alone.
 */
import { attempt } from '../attempt.ts';
import { askResponder } from '../http/ask-responder.ts';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { ResponseError, RestapleError } from '../errors.ts';
import type { Clock } from '../keeper/clock.ts';
import type { CertID } from '../ocsp/cert-id.ts';
import { decodeNonce } from '../ocsp/extensions/nonce.ts';
import type { ExpectedNonce } from '../ocsp/check-nonce.ts';
import { verifyResponse } from '../ocsp/verify-response.ts';
import { findExtension } from '../x509/extension.ts';
import { Deadline } from '../staple/deadline.ts';
import { OID } from '../x509/oids.ts';
import { type Answers, refuseTakenBack } from './answers.ts';
import type { KnownIssuers } from './known-issuers.ts';
import type { Question } from './question.ts';
import { type RelayedSubject, relayedSubject, upstreamsOf } from './relayed-subject.ts';
import { Shares } from './shares.ts';
import type { RelayAnswer } from './slot.ts';
import { MALFORMED_REQUEST, TRY_LATER, UNAUTHORIZED, statusFor } from './statuses.ts';
import type { Upstreams } from './upstreams.ts';

/** Each costs a look at the response and a check of its signature; clients ask for one, or a chain. */
const MAX_CERTIFICATES = 16;
/** Under way at a time: no client waits for another's slow responder, and none can pile them up. */
const AT_ONCE = { total: 32, perHost: 16, strange: 16, perStrange: 4 };
/** Nobody but this client has anything of the answer: it is not asked for longer than he waits. */
const MAX_WAIT_MS = 5_000;
const MAX_URLS = 4;

export class PassOn {
  readonly #issuers: KnownIssuers;
  readonly #answers: Answers;
  readonly #clock: Clock;
  readonly #signal: AbortSignal;
  readonly #upstreams: Upstreams;
  readonly #shares = new Shares(AT_ONCE);

  constructor(
    issuers: KnownIssuers,
    answers: Answers,
    upstreams: Upstreams,
    clock: Clock,
    signal: AbortSignal,
  ) {
    this.#issuers = issuers;
    this.#answers = answers;
    this.#upstreams = upstreams;
    this.#clock = clock;
    this.#signal = signal;
  }

  /** Never rejects for what came from outside. */
  async answer(question: Question): Promise<RelayAnswer> {
    const subjects = this.#subjectsOf(question);
    const [first] = subjects ?? [];
    if (subjects === undefined || first === undefined) return UNAUTHORIZED;
    if (hasBrokenNonce(question)) return MALFORMED_REQUEST;
    const to = this.#upstreams.destinationOf(first);
    try {
      const der = await this.#shares.run(to, () => this.#ask(question, first, subjects));
      return der ? { der, life: undefined } : TRY_LATER;
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      return statusFor(error);
    }
  }

  #subjectsOf({ request, upstream }: Question): readonly RelayedSubject[] | undefined {
    const { requestList } = request.tbsRequest;
    if (requestList.length > MAX_CERTIFICATES) return undefined;
    const subjects: RelayedSubject[] = [];
    for (const { reqCert } of requestList) {
      const subject = this.#subjectOf(reqCert, upstream);
      if (!subject) return undefined;
      subjects.push(subject);
    }
    return subjects;
  }

  #subjectOf(certID: CertID, upstream: string | undefined): RelayedSubject | undefined {
    const issuer = this.#issuers.find(certID);
    return issuer && relayedSubject(certID, issuer, upstream);
  }

  async #ask(
    { der, request }: Question,
    first: RelayedSubject,
    subjects: readonly RelayedSubject[],
  ): Promise<Buffer> {
    const { client, timeoutMs } = first.issuer.settings;
    const limiter = this.#upstreams.limiterFor(first);
    const nonce = nonceOf(request);
    const deadline = new Deadline(
      Math.min(timeoutMs, MAX_WAIT_MS),
      () => this.#clock.monotonic(),
      this.#signal,
    );
    let failure: unknown;
    try {
      const all = upstreamsOf(first).flatMap((group) => group.urls.map((url) => ({ ...group, url })));
      for (const { headers, trusted, url } of all.slice(0, MAX_URLS)) {
        if (!URL.canParse(url)) continue;
        const to = new URL(url);
        deadline.start(url);
        const asking = {
          // A request that may be signed is too long for most caches, and what comes back is for nobody else.
          method: 'post',
          headers,
          trusted,
          maxBytes: MAX_DER_BYTES,
          signal: deadline,
          accept: (body: Buffer) => this.#verify(body, subjects, nonce),
        } as const;
        try {
          const { body } = await limiter.run(to.host, () => {
            deadline.throwIfAborted();
            return askResponder(client, to, der, asking);
          });
          return body;
        } catch (error) {
          failure ??= error;
          if (deadline.aborted || !(error instanceof RestapleError)) throw error;
        }
      }
    } finally {
      deadline.release();
    }
    throw failure ?? new ResponseError('responder-unauthorized', 'no responder is known for it');
  }

  #verify(der: Buffer, subjects: readonly RelayedSubject[], nonce: ExpectedNonce | undefined): void {
    for (const { asked, certIDKey, issuer } of subjects) {
      const verdict = verifyResponse(der, {
        ...issuer.settings.judgement,
        certificate: asked,
        issuer: issuer.certificate,
        now: new Date(this.#clock.now()),
        nonce,
      });
      refuseTakenBack(verdict, this.#answers.find(certIDKey)?.verdict);
    }
  }
}

function hasBrokenNonce({ request }: Question): boolean {
  const extension = findExtension(request.tbsRequest.requestExtensions, OID.ocspNonce);
  return extension !== undefined && attempt(() => decodeNonce(extension.value)) === undefined;
}

/** Many responders sign in advance and send none back: whether that will do is the client's to say. */
function nonceOf({ tbsRequest }: Question['request']): ExpectedNonce | undefined {
  const extension = findExtension(tbsRequest.requestExtensions, OID.ocspNonce);
  return extension && { value: decodeNonce(extension.value), policy: 'if-supported' };
}
