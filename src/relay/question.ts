/** What a client asks, whichever way it came. */
import type { OCSPRequest } from '../ocsp/ocsp-request.ts';
import type { RelayAnswer, Slot } from './slot.ts';

export interface Question {
  /** As it came; a signature may cover it. */
  readonly der: Buffer;
  readonly request: OCSPRequest;
  /** The responder that the client means, where its request names one: a stranger's word. */
  readonly upstream: string | undefined;
}

/** What stands behind the socket: it knows OCSP, and nothing of HTTP. */
export interface Answering {
  /** The place of the answer to a question for one certificate and nothing more, when there is one. Waits for nobody. */
  find(question: Question): Slot | undefined;
  /** Never rejects, and resolves within seconds: to `tryLater` when there is nothing better. */
  answer(question: Question): Promise<RelayAnswer>;
}
