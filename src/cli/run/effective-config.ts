/** The config that holds: the file's, and what was typed over it. */
import { resolve } from 'node:path';
import { buildConfig } from '../../config/build-config.ts';
import type { CertificateConfig, CertificateOptions, Config, LogConfig } from '../../config/config.ts';
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
    output: undefined,
    servers: [],
  };
  const certificates = args.length > 0 ? [...file.certificates, typed] : file.certificates;
  if (flags.config !== undefined && certificates.length === 0) throw nothingNamed(flags.config);
  const { store = file.store, control = file.control } = flags;
  return {
    ...file,
    certificates,
    store: store === undefined ? undefined : resolve(store),
    control: control === undefined || control === 'off' ? control : resolve(control),
    log: logOf(file.log, flags),
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
