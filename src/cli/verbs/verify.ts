/** `restaple verify`, as it is typed. */
import { UsageError } from '../arguments.ts';
import { instant } from '../option-values.ts';
import { ISSUER, JUDGING, type JudgeFlags, judgeFlags } from './judging.ts';
import { JSON_SWITCH, type Verb } from './verb.ts';

export interface VerifyFlags extends JudgeFlags {
  readonly cert: string;
  readonly at: Date | undefined;
  readonly json: boolean;
}

export const VERIFY: Verb = {
  name: 'verify',
  summary: 'put an OCSP response to every rule',
  description:
    'Lists each rule of verification with its outcome. Needs no network.\n' +
    '<response> is DER or PEM; - is standard input.',
  operand: '<response>',
  least: 1,
  most: 1,
  options: [
    { name: 'cert', value: '<file>', help: 'the certificate that the response should be for' },
    ISSUER,
    {
      name: 'at',
      value: '<time>',
      help: 'judge as of this time, such as 2026-02-25T12:00:00Z (default: now)',
    },
    ...JUDGING,
    JSON_SWITCH,
  ],
  async run(args, io) {
    const cert = args.text('cert');
    if (cert === undefined) throw new UsageError('--cert <file> is missing');
    const flags: VerifyFlags = {
      ...judgeFlags(args),
      cert,
      at: args.value('at', 'a time such as 2026-02-25T12:00:00Z', instant),
      json: args.switch('json'),
    };
    const { verifyCommand } = await import('../commands/verify.ts');
    return verifyCommand(args.operands[0] ?? '', flags, io);
  },
};
