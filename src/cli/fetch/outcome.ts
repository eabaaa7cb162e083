/** What became of one certificate, as data. */
import type { Verdict } from '../../ocsp/verify-response.ts';
import type { ExitCode } from '../exit-codes.ts';

/** What is said of a response; without verification there is less to say. */
export type Answer = Pick<Verdict, 'certStatus' | 'thisUpdate' | 'nextUpdate' | 'producedAt'>;

export type Outcome =
  /** A responder answered. `file`: what happened to the staple on disk. */
  | {
      readonly kind: 'answered';
      readonly answer: Answer;
      readonly verdict: Verdict | undefined;
      readonly der: Buffer;
      readonly responder: string;
      readonly method: 'GET' | 'POST';
      readonly file: 'written' | 'unchanged' | 'kept' | 'not written';
      /** The better staple that was kept. */
      readonly kept: Verdict | undefined;
    }
  /** `--if-due`, and it is not. */
  | { readonly kind: 'not due'; readonly verdict: Verdict; readonly dueAt: Date }
  /** The CA publishes no revocation for it. */
  | { readonly kind: 'nothing to do' }
  /** A file found in a directory that holds no server certificate. */
  | { readonly kind: 'passed over' }
  | { readonly kind: 'failed'; readonly error: unknown };

export interface Result {
  readonly path: string;
  readonly output: string | undefined;
  readonly mustStaple: boolean;
  readonly outcome: Outcome;
  readonly exitCode: ExitCode;
}
