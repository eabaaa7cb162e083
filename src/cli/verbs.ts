/** Every verb with its options: the whole of what can be typed. A verb's code is loaded when it is called. */
import { type ArgumentSpec, type Arguments, type OptionSpec, UsageError } from './arguments.ts';
import { duration, timeout } from '../duration.ts';
import { connectTo, resolveTo } from '../http/detour-text.ts';
import type { ConnectTo, ResolveTo } from '../http/detours.ts';
import { header, host, httpUrl } from '../http/option-text.ts';
import type { Io } from './io.ts';
import { instant, positiveInteger, retries } from './option-values.ts';

export interface Verb extends ArgumentSpec {
  readonly name: string;
  /** One line for the list of verbs. */
  readonly summary: string;
  readonly description: string;
  /** @returns the exit code. */
  readonly run: (args: Arguments, io: Io) => Promise<number>;
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

/** How a response is to be judged: the same words on every verb that judges one. */
export interface JudgeFlags {
  readonly issuer: readonly string[] | undefined;
  readonly trust: readonly string[] | undefined;
  readonly allowSha1: boolean;
  /** In milliseconds. */
  readonly maxAge: number | undefined;
  readonly allowNoNextUpdate: boolean;
}

/** How a responder is reached and asked: the same words on every verb that asks one. */
export interface WayFlags {
  readonly url: readonly string[] | undefined;
  readonly header: readonly (readonly [name: string, value: string])[] | undefined;
  readonly connectTo: readonly ConnectTo[] | undefined;
  readonly resolve: readonly ResolveTo[] | undefined;
  readonly cacert: readonly string[] | undefined;
  readonly proxy: string | undefined;
  readonly allowPrivate: boolean;
  readonly allowHost: readonly string[] | undefined;
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly nonce: boolean;
  /** In milliseconds. */
  readonly timeout: number | undefined;
  readonly retries: number | undefined;
}

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

export interface InspectFlags {
  readonly json: boolean;
}

export interface VerifyFlags extends JudgeFlags {
  readonly cert: string;
  readonly at: Date | undefined;
  readonly json: boolean;
}

export interface DoctorFlags extends JudgeFlags, WayFlags {
  readonly json: boolean;
}

export interface StatusFlags {
  readonly json: boolean;
  readonly control: string | undefined;
  readonly store: string | undefined;
}

export interface RefreshFlags {
  readonly json: boolean;
  readonly control: string | undefined;
}

/** Those of `fetch` that make sense for a process that stays; `undefined` leaves it to the config. */
export interface RunFlags
  extends
    JudgeFlags,
    Omit<WayFlags, 'method' | 'hash' | 'nonce'>,
    Pick<FetchFlags, 'outDir' | 'quiet' | 'verbose'> {
  readonly method: WayFlags['method'] | undefined;
  readonly hash: WayFlags['hash'] | undefined;
  readonly config: string | undefined;
  readonly check: boolean;
  readonly store: string | undefined;
  readonly control: string | undefined;
  /** Of the log. */
  readonly json: boolean;
}

export interface DemoFlags {
  readonly keep: boolean;
}

const ISSUER: OptionSpec = {
  name: 'issuer',
  value: '<file>',
  help: 'CA certificates, a file or a directory, of which the right one is taken (repeatable)',
};
const JSON_SWITCH: OptionSpec = { name: 'json', help: 'print JSON' };
const JUDGING: readonly OptionSpec[] = [
  {
    name: 'trust',
    value: '<file>',
    help: 'certificates that may sign although the issuer did not delegate to them (repeatable)',
  },
  { name: 'allow-sha1', help: 'accept SHA-1 signatures' },
  { name: 'max-age', value: '<duration>', help: 'refuse a response whose thisUpdate is older' },
  { name: 'allow-no-next-update', help: 'accept a response without nextUpdate, until --max-age' },
];

const DURATION = 'a duration such as 45s, 4h or 7d';

const judgeFlags = (args: Arguments): JudgeFlags => ({
  issuer: args.texts('issuer'),
  trust: args.texts('trust'),
  allowSha1: args.switch('allow-sha1'),
  maxAge: args.value('max-age', DURATION, duration),
  allowNoNextUpdate: args.switch('allow-no-next-update'),
});

const wayFlags = (args: Arguments): WayFlags => ({
  url: args.values('url', 'an http or https URL', httpUrl),
  header: args.values('header', "'Name: value'", header),
  connectTo: args.values('connect-to', 'HOST:PORT:HOST2:PORT2, each part may be empty', connectTo),
  resolve: args.values('resolve', 'HOST:PORT:ADDRESS[,ADDRESS...]', resolveTo),
  cacert: args.texts('cacert'),
  proxy: args.text('proxy'),
  allowPrivate: args.switch('allow-private'),
  allowHost: args.values('allow-host', 'a host name or an IP address', host),
  method: args.choice('method', ['auto', 'get', 'post']),
  hash: args.choice('hash', ['sha1', 'sha256']),
  nonce: args.switch('nonce'),
  timeout: args.value('timeout', 'a duration such as 45s, at most 24d', timeout),
  retries: args.value('retries', 'a whole number from 0 to 10', retries),
});

const FETCH: Verb = {
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
    {
      name: 'url',
      value: '<url>',
      help: 'ask this responder instead of those in the certificate (repeatable)',
    },
    { name: 'out', short: 'o', value: '<file>', help: 'write to this file (one certificate)' },
    { name: 'out-dir', value: '<dir>', help: 'write into this directory' },
    { name: 'stdout', help: 'write the DER to standard output (one certificate)' },
    { name: 'header', value: '<name: value>', help: 'send this HTTP header, Host included (repeatable)' },
    {
      name: 'connect-to',
      value: '<host:port:host2:port2>',
      help: 'connect to the second place instead of the first, as curl does (repeatable)',
    },
    {
      name: 'resolve',
      value: '<host:port:addr>',
      help: 'take this for the address of a host, as curl does (repeatable)',
    },
    {
      name: 'cacert',
      value: '<file>',
      help: 'CA certificates that vouch for https servers, in place of the public ones (repeatable)',
    },
    {
      name: 'proxy',
      value: '<url>',
      help: "ask through this proxy, http, https, socks5 or socks5h; '' uses none (default: the environment's)",
    },
    { name: 'allow-private', help: 'let certificates name loopback, private and link-local addresses' },
    {
      name: 'allow-host',
      value: '<host>',
      help: 'let certificates name this host, wherever it is (repeatable)',
    },
    { name: 'method', value: '<method>', help: 'auto, get or post (default: auto)' },
    { name: 'hash', value: '<hash>', help: 'hash of the CertID: sha1 or sha256 (default: sha1)' },
    { name: 'nonce', help: 'send a nonce and demand it back' },
    { name: 'timeout', value: '<duration>', help: 'for the whole attempt on a certificate (default: 45s)' },
    {
      name: 'retries',
      value: '<n>',
      help: 'ask again so often after a failure that may pass (default: 2)',
    },
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
    const { fetchCommand } = await import('./commands/fetch.ts');
    return fetchCommand(args.operands, flags, io);
  },
};

/** Of `fetch`: those that say what is asked, whom and how, and not those that say what is written. */
const DOCTOR_OPTIONS: ReadonlySet<string> = new Set([
  'issuer',
  'url',
  'header',
  'connect-to',
  'resolve',
  'cacert',
  'proxy',
  'allow-private',
  'allow-host',
  'method',
  'hash',
  'nonce',
  'timeout',
  'retries',
  'trust',
  'allow-sha1',
  'max-age',
  'allow-no-next-update',
  'json',
]);

const DOCTOR: Verb = {
  name: 'doctor',
  summary: 'say why there is no staple, and what to do',
  description:
    'Walks the whole road from a certificate, or a running TLS server, to its staple, and says at each step what it\n' +
    'found. Ends with the cause and the command to type next. Writes nothing.\n' +
    '<cert|host> is a certificate file, HOST[:PORT] (default: 443), or https://HOST[:PORT]/.',
  operand: '<cert|host>',
  least: 1,
  most: 1,
  options: FETCH.options.filter(({ name }) => DOCTOR_OPTIONS.has(name)),
  async run(args, io) {
    const flags: DoctorFlags = { ...judgeFlags(args), ...wayFlags(args), json: args.switch('json') };
    const { doctorCommand } = await import('./commands/doctor.ts');
    return doctorCommand(args.operands[0] ?? '', flags, io);
  },
};

const RUN_OPTIONS: ReadonlySet<string> = new Set([
  'issuer',
  'url',
  'out-dir',
  'header',
  'connect-to',
  'resolve',
  'cacert',
  'proxy',
  'allow-private',
  'allow-host',
  'method',
  'hash',
  'timeout',
  'trust',
  'allow-sha1',
  'max-age',
  'allow-no-next-update',
]);

const RUN: Verb = {
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
    { name: 'config', short: 'c', value: '<file>', help: 'read this config (docs/reference/config.md)' },
    { name: 'check', help: 'only say whether the config and the files that it names are good' },
    {
      name: 'store',
      value: '<dir>',
      help: 'where staples rest between runs (default: /var/lib/restaple for root, else ~/.local/state/restaple)',
    },
    {
      name: 'control',
      value: '<path>',
      help: "the socket for status and refresh, 'off' for none (default: below /run or in the store)",
    },
    ...FETCH.options.filter(({ name }) => RUN_OPTIONS.has(name)),
    { name: 'json', help: 'log as JSON (default: on anything but a terminal)' },
    { name: 'quiet', short: 'q', help: 'log warnings and errors only' },
    { name: 'verbose', short: 'v', help: 'log what changed nothing, too' },
  ],
  async run(args, io) {
    const { method, hash, ...way } = wayFlags(args);
    const flags: RunFlags = {
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
    };
    const { runCommand } = await import('./commands/run.ts');
    return runCommand(args.operands, flags, io);
  },
};

const CONTROL: OptionSpec = {
  name: 'control',
  value: '<path>',
  help: 'the control socket of the keeper (default: where restaple run puts it)',
};

const STATUS: Verb = {
  name: 'status',
  summary: 'show the certificates that are kept, those first that need you',
  description:
    'Asks the running keeper, or reads the store where none is running.\n' +
    '<cert> is a certificate file that is kept, or a directory with some; without any, all are shown.',
  operand: '[cert...]',
  least: 0,
  most: Infinity,
  options: [
    CONTROL,
    { name: 'store', value: '<dir>', help: 'the store of the keeper (default: where restaple run has it)' },
    JSON_SWITCH,
  ],
  async run(args, io) {
    const flags: StatusFlags = {
      json: args.switch('json'),
      control: args.text('control'),
      store: args.text('store'),
    };
    const { statusCommand } = await import('./commands/status.ts');
    return statusCommand(args.operands, flags, io);
  },
};

const REFRESH: Verb = {
  name: 'refresh',
  summary: 'have the running keeper fetch a staple now',
  description:
    'Asks the running keeper to fetch the staple of a certificate at once, and waits for the outcome.\n' +
    '<cert> is a certificate file that is kept.',
  operand: '<cert>',
  least: 1,
  most: 1,
  options: [CONTROL, JSON_SWITCH],
  async run(args, io) {
    const flags: RefreshFlags = { json: args.switch('json'), control: args.text('control') };
    const { refreshCommand } = await import('./commands/refresh.ts');
    return refreshCommand(args.operands[0] ?? '', flags, io);
  },
};

const INSPECT: Verb = {
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
    const { inspectCommand } = await import('./commands/inspect.ts');
    return inspectCommand(args.operands, { json: args.switch('json') }, io);
  },
};

const VERIFY: Verb = {
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
    const { verifyCommand } = await import('./commands/verify.ts');
    return verifyCommand(args.operands[0] ?? '', flags, io);
  },
};

const OCSP: ForeignVerb = {
  name: 'ocsp',
  summary: 'ask a responder with the flags of openssl ocsp',
  operand: '<flags...>',
  options: [],
  async runTyped(args, io) {
    const { ocspCommand } = await import('./commands/ocsp.ts');
    return ocspCommand(args, io);
  },
};

const DEMO: Verb = {
  name: 'demo',
  summary: 'show the whole story in a world of its own',
  description:
    'Starts a CA, an OCSP responder, a CDN in front of it and a TLS server on loopback, and tells the story.',
  operand: undefined,
  least: 0,
  most: 0,
  options: [{ name: 'keep', help: 'leave the world running and print commands to try' }],
  async run(args, io) {
    const { demoCommand } = await import('./commands/demo.ts');
    return demoCommand({ keep: args.switch('keep') }, io);
  },
};

export const VERBS: readonly (Verb | ForeignVerb)[] = [
  FETCH,
  RUN,
  STATUS,
  REFRESH,
  DOCTOR,
  INSPECT,
  VERIFY,
  OCSP,
  DEMO,
];
