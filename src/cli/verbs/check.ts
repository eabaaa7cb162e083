/** `restaple check`, as it is typed. */
import { timeout } from '../../duration.ts';
import type { KeyType } from '../../probe/key-type.ts';
import type { Beginning } from '../../probe/ports.ts';
import type { ProxyProtocol } from '../../probe/proxy-protocol.ts';
import { printable } from '../../text.ts';
import { type Arguments, UsageError } from '../arguments.ts';
import { type CheckTarget, parseTarget, withoutBrackets } from '../check/target.ts';
import {
  DEFAULT_THRESHOLDS,
  THRESHOLD_FORM,
  type Thresholds,
  formatThreshold,
  isTooLate,
  parseThreshold,
} from '../check/thresholds.ts';
import { positiveInteger } from '../option-values.ts';
import { host } from '../../http/option-text.ts';
import { refuseUsage } from '../usage-output.ts';
import { ISSUER, JUDGING, type JudgeFlags, judgeFlags } from './judging.ts';
import { STARTTLS, startTlsFlag } from './starttls.ts';
import { CRL, JSON_SWITCH, type Verb } from './verb.ts';
import { ROAD, URL_OPTION, type WayFlags, wayFlags } from './way.ts';

export interface CheckFlags extends JudgeFlags, Omit<WayFlags, 'method' | 'hash' | 'nonce' | 'retries'> {
  readonly starttls: Beginning | undefined;
  readonly servername: string | undefined;
  readonly proxyProtocol: ProxyProtocol | undefined;
  readonly tls: '1.2' | '1.3' | undefined;
  readonly keyTypes: readonly KeyType[];
  readonly allAddresses: boolean;
  readonly repeat: number;
  readonly compare: boolean;
  readonly crl: boolean;
  readonly thresholds: Thresholds;
  readonly output: 'text' | 'json' | 'plugin' | 'watch';
  /** In milliseconds. */
  readonly interval: number;
}

const oneOf =
  <const T extends string>(...words: readonly T[]) =>
  (text: string): T | undefined =>
    words.find((word) => word === text);

/** So many handshakes find a worker without a staple among hundreds; more is an attack. */
const MAX_REPEAT = 1000;
const repeat = (text: string): number | undefined => {
  const count = positiveInteger(text);
  return count !== undefined && count <= MAX_REPEAT ? count : undefined;
};

const INTERVAL_MS = 10_000;
/** Of the monitoring-plugin convention: what was typed cannot be meant. */
const UNKNOWN = 3;

function thresholdsOf(args: Arguments): Thresholds {
  const thresholds = {
    warning: args.value('warning', THRESHOLD_FORM, parseThreshold) ?? DEFAULT_THRESHOLDS.warning,
    critical: args.value('critical', THRESHOLD_FORM, parseThreshold) ?? DEFAULT_THRESHOLDS.critical,
  };
  if (!isTooLate(thresholds)) return thresholds;
  const [warning, critical] = [thresholds.warning, thresholds.critical].map(formatThreshold);
  throw new UsageError(`--warning ${warning} would come after --critical ${critical}, and so never`);
}

function outputOf(args: Arguments): CheckFlags['output'] {
  const given = (['json', 'plugin', 'watch'] as const).filter((name) => args.switch(name));
  if (given.length > 1)
    throw new UsageError(`${given.map((name) => `--${name}`).join(' and ')} are not to be had together`);
  if (args.text('interval') !== undefined && given[0] !== 'watch')
    throw new UsageError('--interval is for --watch, which is missing');
  return given[0] ?? 'text';
}

function checkFlags(args: Arguments): CheckFlags {
  if (args.switch('url') && !args.switch('compare'))
    throw new UsageError('--url is for --compare, which is missing');
  return {
    ...judgeFlags(args),
    ...wayFlags(args),
    starttls: startTlsFlag(args),
    servername: args.value('servername', 'a host name', (text) => {
      const name = host(text);
      return name && withoutBrackets(name);
    }),
    proxyProtocol: args.value('proxy-protocol', 'v1 or v2', oneOf('v1', 'v2')),
    tls: args.value('tls', '1.2 or 1.3', oneOf('1.2', '1.3')),
    keyTypes: (['rsa', 'ecdsa'] as const).filter((name) => args.switch(name)),
    allAddresses: args.switch('all-addresses'),
    repeat: args.value('repeat', `a whole number from 1 to ${MAX_REPEAT}`, repeat) ?? 1,
    compare: args.switch('compare'),
    crl: args.switch('crl'),
    thresholds: thresholdsOf(args),
    output: outputOf(args),
    interval: args.value('interval', 'a duration such as 10s, at most 24d', timeout) ?? INTERVAL_MS,
  };
}

function targetsOf(operands: readonly string[]): readonly CheckTarget[] {
  const targets = operands.map((text) => {
    const target = parseTarget(text);
    if (!target)
      throw new UsageError(`${text} is no HOST[:PORT]`, 'an IPv6 address with a port is [::1]:443;');
    return [target.name, target] as const;
  });
  // What is named twice is one server, and two performance data of one name would be one graph.
  return [...new Map(targets).values()];
}

export const CHECK: Verb = {
  name: 'check',
  summary: 'say what TLS servers really staple, also as a monitoring plugin',
  description:
    'Connects as a client, asks for the staple, and puts what comes to every rule. Exits with 0 OK, 1 WARNING,\n' +
    '2 CRITICAL or 3 UNKNOWN, as monitoring plugins do.\n' +
    '<host> is HOST[:PORT] (default: 443); a port that is known for STARTTLS is spoken to so.',
  operand: '<host...>',
  least: 1,
  most: Infinity,
  options: [
    STARTTLS,
    { name: 'servername', value: '<name>', help: 'ask for this name (default: the host)' },
    { name: 'proxy-protocol', value: '<version>', help: 'begin with a PROXY header, v1 or v2' },
    { name: 'tls', value: '<version>', help: 'speak this version only, 1.2 or 1.3' },
    { name: 'rsa', help: 'ask for the RSA certificate (default: both kinds, where there are two)' },
    { name: 'ecdsa', help: 'ask for the ECDSA certificate' },
    { name: 'all-addresses', help: 'look at every address of the name' },
    { name: 'repeat', value: '<n>', help: 'make so many handshakes, to find a worker without a staple' },
    { name: 'compare', help: 'ask the responder as well, and say whether what is served is older' },
    URL_OPTION,
    CRL,
    {
      name: 'warning',
      short: 'w',
      value: '<threshold>',
      help: 'warn from this life used, or time left (default: 75%)',
    },
    {
      name: 'critical',
      short: 'c',
      value: '<threshold>',
      help: 'critical from this life used, or time left (default: 90%)',
    },
    {
      name: 'timeout',
      value: '<duration>',
      help: 'for each handshake, and for each answer of a responder (default: 10s)',
    },
    ISSUER,
    ...ROAD,
    ...JUDGING,
    { name: 'plugin', help: 'print one line with performance data, for a monitoring system' },
    JSON_SWITCH,
    { name: 'watch', help: 'show a table that stays up to date, on a terminal' },
    { name: 'interval', value: '<duration>', help: 'with --watch: look again so often (default: 10s)' },
  ],
  async run(args, io) {
    const targets = targetsOf(args.operands);
    const flags = checkFlags(args);
    const { checkCommand } = await import('../commands/check.ts');
    return checkCommand(targets, flags, io);
  },
  refuse(error, typed, io) {
    // All that a monitoring system shows is what stands on standard output.
    if (typed.includes('--plugin'))
      io.out(`RESTAPLE UNKNOWN - ${printable(error.message).replaceAll('|', '/')}\n`);
    refuseUsage(io, error, 'restaple check --help');
    return UNKNOWN;
  },
};
