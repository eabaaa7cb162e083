/** A config as it is written: the keys of the file, each value read, nothing filled in. */
import type { ConnectTo, ResolveTo } from '../http/detours.ts';
import type { HeaderList } from '../http/headers.ts';
import type { Command, ServerType } from '../servers/adapter.ts';
import type { Listen } from '../relay/front/listen.ts';
import type { Network } from '../relay/front/networks.ts';
import type { AddressConfig } from './config.ts';

type Texts = readonly string[] | undefined;

/** How staples are asked for and judged: of one certificate, or of all. */
export interface RoadShape {
  readonly issuer?: Texts;
  readonly url?: Texts;
  readonly header?: HeaderList | undefined;
  readonly 'connect-to'?: readonly ConnectTo[] | undefined;
  readonly resolve?: readonly ResolveTo[] | undefined;
  readonly proxy?: string | undefined;
  readonly cacert?: Texts;
  readonly trust?: Texts;
  readonly hash?: 'sha1' | 'sha256' | undefined;
  readonly method?: 'auto' | 'get' | 'post' | undefined;
  readonly 'allow-private'?: boolean | undefined;
  readonly 'allow-host'?: Texts;
  readonly 'allow-sha1'?: boolean | undefined;
  readonly 'max-age'?: number | undefined;
  readonly 'allow-no-next-update'?: boolean | undefined;
}

export interface PolicyShape {
  readonly 'refresh-at'?: number | undefined;
  readonly spread?: number | undefined;
  readonly 'retry-first'?: number | undefined;
  readonly 'retry-max'?: number | undefined;
  readonly 'alarm-warning'?: number | undefined;
  readonly 'alarm-critical'?: number | undefined;
  readonly 'alarm-critical-left'?: number | undefined;
  readonly 'connect-timeout'?: number | undefined;
  readonly 'answer-timeout'?: number | undefined;
  readonly timeout?: number | undefined;
}

export interface LimitsShape {
  readonly requests?: number | undefined;
  readonly 'requests-per-responder'?: number | undefined;
}

export interface CertificateShape extends RoadShape {
  /** Always there, but where the file was wrong and is read on for what else is. */
  readonly files?: Texts;
  readonly output?: string | undefined;
  readonly 'out-dir'?: string | undefined;
  readonly server?: Texts;
  readonly policy?: PolicyShape | undefined;
}

export interface ServerShape {
  readonly name?: string | undefined;
  /** Always there, but where the file was wrong. */
  readonly type?: ServerType | undefined;
  readonly dir?: string | undefined;
  readonly socket?: string | undefined;
  readonly check?: Command | undefined;
  readonly reload?: Command | undefined;
  readonly address?: readonly AddressConfig[] | undefined;
  readonly gather?: number | undefined;
  readonly 'reload-at-most'?: number | undefined;
}

export interface ResponderShape {
  readonly url?: string | undefined;
  readonly issuer?: string | undefined;
  readonly use?: Texts;
  readonly header?: HeaderList | undefined;
  readonly disable?: boolean | undefined;
}

export interface HooksShape {
  readonly published?: Texts;
  readonly failed?: Texts;
  readonly alarm?: Texts;
  readonly revoked?: Texts;
  readonly recovered?: Texts;
  readonly timeout?: number | undefined;
}

export interface RelayShape {
  readonly listen?: readonly Listen[] | undefined;
  readonly allow?: readonly Network[] | undefined;
  readonly issuer?: Texts;
}

export interface LogShape {
  readonly format?: 'auto' | 'json' | 'text' | undefined;
  readonly level?: 'debug' | 'info' | 'warn' | 'error' | undefined;
}

export interface ConfigShape {
  readonly version?: 1 | undefined;
  readonly store?: string | undefined;
  readonly 'out-dir'?: string | undefined;
  readonly rescan?: number | undefined;
  readonly certificates?: readonly CertificateShape[] | undefined;
  readonly servers?: readonly ServerShape[] | undefined;
  readonly defaults?: RoadShape | undefined;
  readonly responders?: readonly ResponderShape[] | undefined;
  readonly relay?: RelayShape | undefined;
  readonly policy?: (PolicyShape & LimitsShape) | undefined;
  readonly log?: LogShape | undefined;
  readonly control?: string | undefined;
  readonly hooks?: HooksShape | undefined;
}
