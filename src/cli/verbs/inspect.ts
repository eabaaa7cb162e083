/** `restaple inspect`, as it is typed. */
import { JSON_SWITCH, type Verb } from './verb.ts';

export interface InspectFlags {
  readonly json: boolean;
}

export const INSPECT: Verb = {
  name: 'inspect',
  summary: 'show what is in a certificate, an OCSP request or an OCSP response',
  description:
    'Finds out by itself what each file holds, and shows every field. Needs no network.\n' +
    '<file> is PEM, DER or PKCS#7; - is standard input.',
  operand: '<file...>',
  least: 1,
  most: Infinity,
  options: [JSON_SWITCH],
  async run(args, io) {
    const { inspectCommand } = await import('../commands/inspect.ts');
    return inspectCommand(args.operands, { json: args.switch('json') }, io);
  },
};
