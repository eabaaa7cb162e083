/** The options that say how a response is judged. */
import type { Arguments, OptionSpec } from '../arguments.ts';
import { duration } from '../../duration.ts';

/** How a response is to be judged: the same words on every verb that judges one. */
export interface JudgeFlags {
  readonly issuer: readonly string[] | undefined;
  readonly trust: readonly string[] | undefined;
  readonly allowSha1: boolean;
  /** In milliseconds. */
  readonly maxAge: number | undefined;
  readonly allowNoNextUpdate: boolean;
}

export const ISSUER: OptionSpec = {
  name: 'issuer',
  value: '<file>',
  help: 'CA certificates, a file or a directory, of which the right one is taken (repeatable)',
};

export const ALLOW_SHA1: OptionSpec = { name: 'allow-sha1', help: 'accept SHA-1 signatures' };

export const JUDGING: readonly OptionSpec[] = [
  {
    name: 'trust',
    value: '<file>',
    help: 'certificates that may sign although the issuer did not delegate to them (repeatable)',
  },
  ALLOW_SHA1,
  { name: 'max-age', value: '<duration>', help: 'refuse a response whose thisUpdate is older' },
  { name: 'allow-no-next-update', help: 'accept a response without nextUpdate, until --max-age' },
];

const DURATION = 'a duration such as 45s, 4h or 7d';

export const judgeFlags = (args: Arguments): JudgeFlags => ({
  issuer: args.texts('issuer'),
  trust: args.texts('trust'),
  allowSha1: args.switch('allow-sha1'),
  maxAge: args.value('max-age', DURATION, duration),
  allowNoNextUpdate: args.switch('allow-no-next-update'),
});
