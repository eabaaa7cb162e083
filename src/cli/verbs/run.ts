/** `restaple run`, as it is typed. */
import type { Listen } from '../../relay/front/listen.ts';
import type { Network } from '../../relay/front/networks.ts';
import { type Arguments, type OptionSpec, UsageError } from '../arguments.ts';
import { type FetchFlags, OUT_DIR } from './fetch.ts';
import { ISSUER, JUDGING, type JudgeFlags, judgeFlags } from './judging.ts';
import type { Verb } from './verb.ts';
import { HASH, METHOD, ROAD, TIMEOUT, URL_OPTION, type WayFlags, wayFlags } from './way.ts';

/** Of the verb `relay` alone; `undefined` leaves it to the config. */
export interface RelayFlags {
  readonly listen: readonly Listen[] | undefined;
  readonly allow: readonly Network[] | undefined;
}

/** Those of `fetch` that make sense for a process that stays; `undefined` leaves it to the config. */
export interface RunFlags
  extends
    JudgeFlags,
    Omit<WayFlags, 'method' | 'hash' | 'nonce' | 'retries'>,
    Pick<FetchFlags, 'outDir' | 'quiet' | 'verbose'> {
  readonly method: WayFlags['method'] | undefined;
  readonly hash: WayFlags['hash'] | undefined;
  readonly config: string | undefined;
  readonly check: boolean;
  readonly store: string | undefined;
  readonly control: string | undefined;
  /** Of the log; with `--check` of its result. */
  readonly json: boolean;
  /** There for the verb `relay` alone. */
  readonly relay: RelayFlags | undefined;
}

/** From what was typed. */
export function runFlags(args: Arguments): RunFlags {
  const { method, hash, ...way } = wayFlags(args);
  return {
    ...judgeFlags(args),
    ...way,
    method: args.text('method') === undefined ? undefined : method,
    hash: args.text('hash') === undefined ? undefined : hash,
    outDir: args.text('out-dir'),
    config: args.text('config'),
    check: args.switch('check'),
    store: args.text('store'),
    control: args.text('control'),
    json: args.switch('json'),
    quiet: args.switch('quiet'),
    verbose: args.switch('verbose'),
    relay: undefined,
  };
}

export const CONFIG: OptionSpec = {
  name: 'config',
  short: 'c',
  value: '<file>',
  help: 'read this config (docs/reference/config.md)',
};
export const STORE: OptionSpec = {
  name: 'store',
  value: '<dir>',
  help: 'where staples rest between runs (default: /var/lib/restaple for root, else ~/.local/state/restaple)',
};
export const CONTROL: OptionSpec = {
  name: 'control',
  value: '<path>',
  help: "the socket for status and refresh, 'off' for none (default: below /run or in the store)",
};
export const QUIET: OptionSpec = { name: 'quiet', short: 'q', help: 'log warnings and errors only' };
export const VERBOSE: OptionSpec = { name: 'verbose', short: 'v', help: 'log what changed nothing, too' };

export const RUN: Verb = {
  name: 'run',
  summary: 'keep the staples of certificates fresh, for as long as it runs',
  description:
    'Fetches, verifies and writes the staple of each certificate before the one that is there is half over, and finds\n' +
    'certificates that come, change and go. SIGHUP reads the config again, SIGTERM ends it.\n' +
    '<cert> is a file, a directory or a glob pattern; options about certificates hold for these, not for a config.',
  operand: '[cert...]',
  least: 0,
  most: Infinity,
  options: [
    CONFIG,
    { name: 'check', help: 'only say all that is wrong with the config and the files that are named' },
    STORE,
    CONTROL,
    ISSUER,
    URL_OPTION,
    OUT_DIR,
    ...ROAD,
    METHOD,
    HASH,
    TIMEOUT,
    ...JUDGING,
    { name: 'json', help: 'log as JSON (default: on anything but a terminal); with --check print JSON' },
    QUIET,
    VERBOSE,
  ],
  async run(args, io) {
    if (args.operands.length === 0 && args.text('config') === undefined)
      throw new UsageError('no certificate is named', 'restaple run CERT..., or restaple run --config FILE;');
    const flags = runFlags(args);
    const { runCommand } = await import('../commands/run.ts');
    return runCommand(args.operands, flags, io);
  },
};
