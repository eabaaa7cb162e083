/** `restaple inspect`, as it is typed. */
import { UsageError } from '../arguments.ts';
import { ALLOW_SHA1, ISSUER, type JudgeFlags, judgeFlags } from './judging.ts';
import { CRL, JSON_SWITCH, type Verb } from './verb.ts';
import { ROAD, TIMEOUT, type WayFlags, wayFlags } from './way.ts';

type RoadFlags = Pick<
  WayFlags,
  'header' | 'connectTo' | 'resolve' | 'cacert' | 'proxy' | 'allowPrivate' | 'allowHost' | 'timeout'
>;

/** All but `json` say how CRLs are fetched, when they are. */
export interface InspectFlags extends RoadFlags, Pick<JudgeFlags, 'issuer' | 'allowSha1'> {
  readonly json: boolean;
}

const OF_CRL = [ISSUER, ...ROAD, TIMEOUT, ALLOW_SHA1];

export const INSPECT: Verb = {
  name: 'inspect',
  summary: 'show what is in a certificate, an OCSP request or an OCSP response',
  description:
    'Finds out by itself what each file holds, and shows every field. Needs no network, but for --crl.\n' +
    '<file> is PEM, DER or PKCS#7; - is standard input.',
  operand: '<file...>',
  least: 1,
  most: Infinity,
  options: [CRL, ...OF_CRL, JSON_SWITCH],
  async run(args, io) {
    const crl = args.switch('crl');
    const idle = crl ? undefined : OF_CRL.find(({ name }) => args.switch(name));
    if (idle) throw new UsageError(`--${idle.name} is for --crl, which is missing`);
    const flags: InspectFlags = { ...wayFlags(args), ...judgeFlags(args), json: args.switch('json') };
    if (crl) {
      const { inspectCrlCommand } = await import('../commands/inspect-crl.ts');
      return inspectCrlCommand(args.operands, flags, io);
    }
    const { inspectCommand } = await import('../commands/inspect.ts');
    return inspectCommand(args.operands, flags, io);
  },
};
