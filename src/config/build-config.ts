/** From what is written to what the program takes. */
import { isAbsolute, join } from 'node:path';
import type {
  CertificateConfig,
  CertificateOptions,
  Config,
  HookName,
  HooksConfig,
  PolicyConfig,
  RelayConfig,
  ResponderConfig,
  ServerConfig,
} from './config.ts';
import {
  GATHER_MS,
  HOOK_TIMEOUT_MS,
  POLICY_DEFAULTS,
  RELAY_LISTEN,
  RELOAD_AT_MOST_MS,
  REQUESTS,
  REQUESTS_PER_RESPONDER,
  RESCAN_MS,
} from './defaults.ts';
import type {
  CertificateShape,
  ConfigShape,
  HooksShape,
  PolicyShape,
  RelayShape,
  ResponderShape,
  RoadShape,
  ServerShape,
} from './shape.ts';

/** @param directory where paths begin that are not absolute. */
export function buildConfig(shape: ConfigShape, directory: string): Config {
  const policy = policyOf(shape.policy, POLICY_DEFAULTS);
  const defaults = optionsOf(shape.defaults ?? {}, directory, shape['out-dir'], policy);
  const requests = shape.policy?.requests ?? REQUESTS;
  const control = shape.control === 'off' ? 'off' : located(shape.control, directory);
  return {
    store: located(shape.store, directory),
    rescanMs: shape.rescan ?? RESCAN_MS,
    certificates: (shape.certificates ?? []).map((one) => certificateOf(one, shape, directory, policy)),
    servers: (shape.servers ?? []).flatMap((one) => serverOf(one, directory)),
    defaults,
    responders: (shape.responders ?? []).map(responderOf),
    limits: {
      requests,
      requestsPerResponder:
        shape.policy?.['requests-per-responder'] ?? Math.min(REQUESTS_PER_RESPONDER, requests),
    },
    relay: shape.relay && relayOf(shape.relay, directory),
    log: { format: shape.log?.format ?? 'auto', level: shape.log?.level ?? 'info' },
    control,
    hooks: hooksOf(shape.hooks ?? {}),
  };
}

export function located(path: string, directory: string): string;
export function located(path: string | undefined, directory: string): string | undefined;
export function located(path: string | undefined, directory: string): string | undefined {
  return path === undefined || isAbsolute(path) ? path : join(directory, path);
}

/** What a certificate says itself goes before what holds for all: a list takes the place of a list. */
function certificateOf(
  own: CertificateShape,
  { defaults, 'out-dir': outDir }: ConfigShape,
  directory: string,
  policy: PolicyConfig,
): CertificateConfig {
  return {
    files: (own.files ?? []).map((file) => located(file, directory)),
    output: own.output === 'off' ? 'off' : located(own.output, directory),
    servers: own.server ?? [],
    ...optionsOf({ ...defaults, ...own }, directory, own['out-dir'] ?? outDir, policyOf(own.policy, policy)),
  };
}

function optionsOf(
  road: RoadShape,
  directory: string,
  outDir: string | undefined,
  policy: PolicyConfig,
): CertificateOptions {
  const all = (paths: readonly string[] | undefined): readonly string[] | undefined =>
    paths?.map((path) => located(path, directory));
  return {
    issuer: all(road.issuer),
    url: road.url,
    header: road.header ?? [],
    connectTo: road['connect-to'] ?? [],
    resolve: road.resolve ?? [],
    proxy: road.proxy,
    cacert: all(road.cacert),
    trust: all(road.trust) ?? [],
    hash: road.hash ?? 'sha1',
    method: road.method ?? 'auto',
    allowPrivate: road['allow-private'] ?? false,
    allowHost: road['allow-host'] ?? [],
    allowSha1: road['allow-sha1'] ?? false,
    maxAgeMs: road['max-age'],
    allowNoNextUpdate: road['allow-no-next-update'] ?? false,
    outDir: located(outDir, directory),
    policy,
  };
}

export function policyOf(own: PolicyShape = {}, under: PolicyConfig): PolicyConfig {
  return {
    refreshAt: own['refresh-at'] ?? under.refreshAt,
    spread: own.spread ?? under.spread,
    retryFirstMs: own['retry-first'] ?? under.retryFirstMs,
    retryMaxMs: own['retry-max'] ?? under.retryMaxMs,
    alarmWarning: own['alarm-warning'] ?? under.alarmWarning,
    alarmCritical: own['alarm-critical'] ?? under.alarmCritical,
    alarmCriticalLeftMs: own['alarm-critical-left'] ?? under.alarmCriticalLeftMs,
    connectTimeoutMs: own['connect-timeout'] ?? under.connectTimeoutMs,
    answerTimeoutMs: own['answer-timeout'] ?? under.answerTimeoutMs,
    timeoutMs: own.timeout ?? under.timeoutMs,
  };
}

/** A URL in the spelling in which those of certificates are compared: `http://host` would begin `http://host.evil` too. */
export const urlPrefix = (url: string): string => new URL(url).href;

function responderOf({ url, issuer, use, header, disable }: ResponderShape): ResponderConfig {
  return {
    match: url === undefined ? { issuer: issuer ?? '' } : { url: urlPrefix(url) },
    use,
    header: header ?? [],
    disable: disable ?? false,
  };
}

/** None without a type: that is told elsewhere. */
function serverOf(own: ServerShape, directory: string): readonly ServerConfig[] {
  const { address = [], check, reload, type } = own;
  if (type === undefined) return [];
  return [
    {
      name: own.name ?? type,
      type,
      dir: located(own.dir, directory),
      socket: located(own.socket, directory),
      check,
      reload,
      addresses: address,
      gatherMs: own.gather ?? GATHER_MS,
      reloadAtMostMs: own['reload-at-most'] ?? RELOAD_AT_MOST_MS,
    },
  ];
}

function relayOf({ allow, issuer, listen }: RelayShape, directory: string): RelayConfig {
  return {
    listen: listen ?? RELAY_LISTEN,
    allow: allow ?? [],
    issuer: (issuer ?? []).map((path) => located(path, directory)),
  };
}

const HOOK_NAMES: readonly HookName[] = ['published', 'failed', 'alarm', 'revoked', 'recovered'];

function hooksOf(hooks: HooksShape): HooksConfig {
  const commands = HOOK_NAMES.flatMap((name) => {
    const command = hooks[name];
    return command ? [[name, command] as const] : [];
  });
  return { commands: Object.fromEntries(commands), timeoutMs: hooks.timeout ?? HOOK_TIMEOUT_MS };
}
