/** What a diagnosis ends with, and what it is made of for each error. */
import type { RestapleError } from '../errors.ts';
import type { Known } from './check.ts';
import type { Commands } from './commands.ts';

export interface Conclusion {
  /** One sentence. */
  readonly cause: string;
  /** A command for a shell. */
  readonly next: string;
}

export interface Advice {
  /** Stands before the message of the error, which has the values; without it the message says all. */
  readonly why?: string;
  readonly next: (commands: Commands, error: RestapleError, known: Known) => string;
}
