/** What a verb is: how it is typed, and what it does. */
import type { ArgumentSpec, Arguments, OptionSpec, UsageError } from '../arguments.ts';
import type { Io } from '../io.ts';

export interface Verb extends ArgumentSpec {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  readonly description: string;
  /** @returns the exit code. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
  /**
   * Says that what was typed cannot be meant, where that is another exit code than the usual.
   *
   * @returns the exit code.
   */
  readonly refuse?: (error: UsageError, typed: readonly string[], io: Io) => number;
}

/**
 * A verb that takes the flags of another program in that program's spelling: it reads what was typed, `--help` too, by
 * itself, and has no options of restaple's own.
 */
export interface ForeignVerb extends Pick<Verb, 'name' | 'summary' | 'operand'> {
  readonly options: readonly [];
  /** @returns the exit code. */
  readonly runTyped: (args: readonly string[], io: Io) => Promise<number>;
}

/** For certificates whose CA has no OCSP. */
export const CRL: OptionSpec = {
  name: 'crl',
  help: 'fetch the CRL as well, and say good or revoked from it',
};
export const JSON_SWITCH: OptionSpec = { name: 'json', help: 'print JSON' };
