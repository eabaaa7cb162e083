/** The config that holds: the file's, and what was typed over it. */
import { resolve } from 'node:path';
import { buildConfig } from '../../config/build-config.ts';
import type {
  CertificateConfig,
  CertificateOptions,
  Config,
  LogConfig,
  RelayConfig,
} from '../../config/config.ts';
import { RELAY_LISTEN } from '../../config/defaults.ts';
import { loadConfig } from '../../config/load-config.ts';
import { ConfigError } from '../../errors.ts';
import type { RunFlags } from '../verbs/run.ts';

/**
 * Options about certificates hold for those that were typed; the entries of the file say all of theirs there.
 *
 * @throws ConfigError, also for a file that names no certificate where none was typed
 * @throws InputError for a file that cannot be read.
 */
export async function effectiveConfig(args: readonly string[], flags: RunFlags): Promise<Config> {
  const file = flags.config === undefined ? buildConfig({}, process.cwd()) : await loadConfig(flags.config);
  const typed: CertificateConfig = {
    ...overlaid(file.defaults, flags),
    files: args,
    // A relay needs no files.
    output: flags.relay && flags.outDir === undefined ? 'off' : undefined,
    servers: [],
  };
  const certificates = args.length > 0 ? [...file.certificates, typed] : file.certificates;
  if (flags.config !== undefined && certificates.length === 0 && !file.relay && !flags.relay)
    throw nothingNamed(flags.config);
  const { store = file.store, control = file.control } = flags;
  return {
    ...file,
    defaults: flags.relay ? overlaid(file.defaults, flags) : file.defaults,
    certificates,
    relay: relayOf(file, flags),
    store: store === undefined ? undefined : resolve(store),
    control: control === undefined || control === 'off' ? control : resolve(control),
    log: logOf(file.log, flags),
  };
}

/** Whom the user names as issuer is one for the relay, too. */
function relayOf({ relay }: Config, flags: RunFlags): RelayConfig | undefined {
  if (!flags.relay) return relay;
  const { allow, listen } = flags.relay;
  return {
    listen: listen ?? relay?.listen ?? RELAY_LISTEN,
    allow: allow ?? relay?.allow ?? [],
    issuer: relay?.issuer ?? [],
  };
}

function nothingNamed(file: string): ConfigError {
  const message = 'no certificate is named, neither here nor on the command line';
  return new ConfigError([{ file, line: 1, column: 1, path: 'certificates', message }]);
}

function overlaid(defaults: CertificateOptions, flags: RunFlags): CertificateOptions {
  const {
    issuer = defaults.issuer,
    url = defaults.url,
    header = defaults.header,
    connectTo = defaults.connectTo,
    resolve: resolveTo = defaults.resolve,
    proxy = defaults.proxy,
    cacert = defaults.cacert,
    trust = defaults.trust,
    hash = defaults.hash,
    method = defaults.method,
    allowHost = defaults.allowHost,
    maxAge: maxAgeMs = defaults.maxAgeMs,
    outDir = defaults.outDir,
    timeout: timeoutMs = defaults.policy.timeoutMs,
  } = flags;
  return {
    issuer,
    url,
    header,
    connectTo,
    resolve: resolveTo,
    proxy,
    cacert,
    trust,
    hash,
    method,
    allowPrivate: flags.allowPrivate || defaults.allowPrivate,
    allowHost,
    allowSha1: flags.allowSha1 || defaults.allowSha1,
    maxAgeMs,
    allowNoNextUpdate: flags.allowNoNextUpdate || defaults.allowNoNextUpdate,
    outDir,
    policy: { ...defaults.policy, timeoutMs },
  };
}

function logOf(log: LogConfig, { json, quiet, verbose }: RunFlags): LogConfig {
  return {
    format: json ? 'json' : log.format,
    level: verbose ? 'debug' : quiet ? 'warn' : log.level,
  };
}
