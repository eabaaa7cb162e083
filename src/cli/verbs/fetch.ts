/** `restaple fetch`, as it is typed. */
import type { OptionSpec } from '../arguments.ts';
import { positiveInteger } from '../option-values.ts';
import { ISSUER, JUDGING, type JudgeFlags, judgeFlags } from './judging.ts';
import { JSON_SWITCH, type Verb } from './verb.ts';
import { HASH, METHOD, NONCE, RETRIES, ROAD, TIMEOUT, URL_OPTION, type WayFlags, wayFlags } from './way.ts';

export interface FetchFlags extends JudgeFlags, WayFlags {
  readonly out: string | undefined;
  readonly outDir: string | undefined;
  readonly stdout: boolean;
  readonly jobs: number | undefined;
  readonly verify: boolean;
  readonly ifDue: boolean;
  readonly json: boolean;
  readonly quiet: boolean;
  readonly verbose: boolean;
}

export const OUT_DIR: OptionSpec = { name: 'out-dir', value: '<dir>', help: 'write into this directory' };

export const FETCH: Verb = {
  name: 'fetch',
  summary: 'fetch, verify and write the OCSP staple of certificates',
  description:
    'Asks the OCSP responder that each certificate names, verifies the answer, and writes it beside the certificate\n' +
    'with the extension .ocsp, ready for a server to staple. A file that is there is never made worse.\n' +
    '<cert> is a file, a directory or a glob pattern.',
  operand: '<cert...>',
  least: 1,
  most: Infinity,
  options: [
    ISSUER,
    URL_OPTION,
    { name: 'out', short: 'o', value: '<file>', help: 'write to this file (one certificate)' },
    OUT_DIR,
    { name: 'stdout', help: 'write the DER to standard output (one certificate)' },
    ...ROAD,
    METHOD,
    HASH,
    NONCE,
    TIMEOUT,
    RETRIES,
    { name: 'jobs', value: '<n>', help: 'certificates at the same time (default: 64)' },
    ...JUDGING,
    { name: 'no-verify', help: 'DANGEROUS: check neither who signed the response nor when' },
    { name: 'if-due', help: 'do nothing while the present staple is in the first half of its life' },
    JSON_SWITCH,
    { name: 'quiet', short: 'q', help: 'print errors only' },
    { name: 'verbose', short: 'v', help: 'print every step' },
  ],
  async run(args, io) {
    const flags: FetchFlags = {
      ...judgeFlags(args),
      ...wayFlags(args),
      out: args.text('out'),
      outDir: args.text('out-dir'),
      stdout: args.switch('stdout'),
      jobs: args.value('jobs', 'a whole number from 1', positiveInteger),
      verify: !args.switch('no-verify'),
      ifDue: args.switch('if-due'),
      json: args.switch('json'),
      quiet: args.switch('quiet'),
      verbose: args.switch('verbose'),
    };
    const { fetchCommand } = await import('../commands/fetch.ts');
    return fetchCommand(args.operands, flags, io);
  },
};
