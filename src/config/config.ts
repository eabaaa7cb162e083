/** A config as the program takes it: every default filled in, durations in milliseconds, paths absolute. */
import type { ConnectTo, ResolveTo } from '../http/detours.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Command, ServerType } from '../servers/adapter.ts';
import type { Listen } from '../relay/front/listen.ts';
import type { Network } from '../relay/front/networks.ts';
import type { Policy } from '../staple/policy.ts';

export interface PolicyConfig extends Policy {
  readonly connectTimeoutMs: number;
  readonly answerTimeoutMs: number;
  /** Over all responders of a certificate. */
  readonly timeoutMs: number;
}

export interface LimitsConfig {
  readonly requests: number;
  readonly requestsPerResponder: number;
}

/** How the staple of a certificate is asked for, judged, and where it goes; named as the options of `fetch` are. */
export interface CertificateOptions {
  readonly issuer: readonly string[] | undefined;
  readonly url: readonly string[] | undefined;
  readonly header: HeaderList;
  readonly connectTo: readonly ConnectTo[];
  readonly resolve: readonly ResolveTo[];
  /** Empty for none; `undefined`: as the environment says. */
  readonly proxy: string | undefined;
  readonly cacert: readonly string[] | undefined;
  readonly trust: readonly string[];
  readonly hash: 'sha1' | 'sha256';
  readonly method: 'auto' | 'get' | 'post';
  readonly allowPrivate: boolean;
  readonly allowHost: readonly string[];
  readonly allowSha1: boolean;
  readonly maxAgeMs: number | undefined;
  readonly allowNoNextUpdate: boolean;
  /** `undefined`: beside the certificate. */
  readonly outDir: string | undefined;
  readonly policy: PolicyConfig;
}

export interface CertificateConfig extends CertificateOptions {
  /** Files, directories and glob patterns, at least one. */
  readonly files: readonly string[];
  /** The file for the staple, where `files` is one certificate file; `off`: it rests in the store alone. */
  readonly output: string | undefined;
  /** Names of servers: their staples go where these look for them, and nowhere else. */
  readonly servers: readonly string[];
}

/** A place to connect to; the host without brackets. */
export interface AddressConfig {
  readonly host: string;
  readonly port: string;
}

export interface ServerConfig {
  readonly name: string;
  readonly type: ServerType;
  readonly dir: string | undefined;
  readonly socket: string | undefined;
  /** In place of those of the type. */
  readonly check: Command | undefined;
  readonly reload: Command | undefined;
  /** Where to look at what it serves. */
  readonly addresses: readonly AddressConfig[];
  readonly gatherMs: number;
  readonly reloadAtMostMs: number;
}

/** What is known of some responders. */
export interface ResponderConfig {
  /**
   * `url`: for a responder whose `URL.href` begins with this one. `issuer`: for a certificate whose issuer has a name of
   * this `nameKey`.
   */
  readonly match: { readonly url: string } | { readonly issuer: string };
  readonly use: readonly string[] | undefined;
  readonly header: HeaderList;
  readonly disable: boolean;
}

export type HookName = 'published' | 'failed' | 'alarm' | 'revoked' | 'recovered';

export interface HooksConfig {
  /** The program, then its arguments. */
  readonly commands: Readonly<Partial<Record<HookName, readonly string[]>>>;
  readonly timeoutMs: number;
}

/** Who is answered, and where. */
export interface RelayConfig {
  readonly listen: readonly Listen[];
  readonly allow: readonly Network[];
  readonly issuer: readonly string[];
}

export interface LogConfig {
  readonly format: 'auto' | 'json' | 'text';
  readonly level: 'debug' | 'info' | 'warn' | 'error';
}

export interface Config {
  /** `undefined`: the caller decides. */
  readonly store: string | undefined;
  readonly rescanMs: number;
  readonly certificates: readonly CertificateConfig[];
  readonly servers: readonly ServerConfig[];
  /** For certificates that are named elsewhere, as on the command line. */
  readonly defaults: CertificateOptions;
  /** The first that fits counts. */
  readonly responders: readonly ResponderConfig[];
  readonly limits: LimitsConfig;
  readonly relay: RelayConfig | undefined;
  readonly log: LogConfig;
  /** The path of the Unix socket; `off`: none; `undefined`: the caller decides. */
  readonly control: string | undefined;
  readonly hooks: HooksConfig;
}
