/** One row of the table of faults: what a responder, or what stands before it, does, and what restaple makes of it. */
import type { ErrorCode } from '../../../src/errors.ts';
import type { ExitCode } from '../../../src/cli/exit-codes.ts';
import type { Behaviour } from '../http-server.ts';

export interface Fault {
  /** A sentence for tests and for docs/reference/faults.md. */
  readonly fault: string;
  readonly behaviour: Behaviour;
  /** The code of the error; `good` where it is no fault to restaple, `kept` where the staple that is there is better. */
  readonly outcome: ErrorCode | 'good' | 'kept' | 'revoked' | 'unknown';
  readonly exit: ExitCode;
  /** How the cause begins that `doctor` names. */
  readonly cause: string;
  /** The responder's URL for the port of the server: by its address unless given. */
  readonly url?: (port: number) => string;
  /** What is typed beside: for `fetch`, and for `ocsp` in place of `-no_nonce`. */
  readonly fetch?: (port: number) => readonly string[];
  readonly ocsp?: readonly string[];
  /** What `ocsp` ends with, where that is another exit code; `none` where it has no such option. */
  readonly ocspExit?: ExitCode | 'none';
  /** The message depends on the system or on the version of Node.js: not for the page. */
  readonly isVague?: true;
}

/** What never ends is ended by a time-out; a small one, for the sake of the tests. `ocsp` counts in seconds. */
export const SOON: Pick<Fault, 'fetch' | 'ocsp'> = {
  fetch: () => ['--timeout', '400ms'],
  ocsp: ['-no_nonce', '-timeout', '1'],
};
