/** What a relay has to tell beside what its keeper tells. */
import type { ErrorCode } from '../errors.ts';

export type QuestionEvent =
  /** A question that nobody had asked before was answered, and is kept fresh from now on. */
  | { readonly type: 'relay-met'; readonly certificate: string; readonly responder: string }
  /** Nothing came of a question that nobody had asked before; told once in a while, however often it is asked. */
  | {
      readonly type: 'relay-failed';
      readonly certificate: string;
      readonly code: ErrorCode;
      readonly message: string;
    }
  /** Nobody here knows the issuer, so that no answer could be verified. */
  | { readonly type: 'relay-unknown-issuer'; readonly issuerKeyHash: string; readonly serialNumber: string }
  /** Neither the question nor the config says who is to be asked. */
  | { readonly type: 'relay-no-responder'; readonly certificate: string };
