/** `restaple doctor`, as it is typed. */
import { ISSUER, JUDGING, type JudgeFlags, judgeFlags } from './judging.ts';
import type { Beginning } from '../../probe/ports.ts';
import { STARTTLS, startTlsFlag } from './starttls.ts';
import { CRL, JSON_SWITCH, type Verb } from './verb.ts';
import { HASH, METHOD, NONCE, RETRIES, ROAD, TIMEOUT, URL_OPTION, type WayFlags, wayFlags } from './way.ts';

export interface DoctorFlags extends JudgeFlags, WayFlags {
  readonly starttls: Beginning | undefined;
  readonly crl: boolean;
  readonly json: boolean;
}

/** What is asked, whom and how; nothing is written. */
export const DOCTOR: Verb = {
  name: 'doctor',
  summary: 'say why there is no staple, and what to do',
  description:
    'Walks the whole road from a certificate, or a running TLS server, to its staple, and says at each step what it\n' +
    'found. Ends with the cause and the command to type next. Writes nothing.\n' +
    '<cert|host> is a certificate file, HOST[:PORT] (default: 443), or a URL such as https://HOST/ or smtp://HOST/; a\n' +
    'port that is known for STARTTLS is spoken to so.',
  operand: '<cert|host>',
  least: 1,
  most: 1,
  options: [
    STARTTLS,
    ISSUER,
    URL_OPTION,
    ...ROAD,
    METHOD,
    HASH,
    NONCE,
    TIMEOUT,
    RETRIES,
    ...JUDGING,
    CRL,
    JSON_SWITCH,
  ],
  async run(args, io) {
    const flags: DoctorFlags = {
      ...judgeFlags(args),
      ...wayFlags(args),
      starttls: startTlsFlag(args),
      crl: args.switch('crl'),
      json: args.switch('json'),
    };
    const { doctorCommand } = await import('../commands/doctor.ts');
    return doctorCommand(args.operands[0] ?? '', flags, io);
  },
};
