/** The options that say how a responder is reached and asked. */
import { timeout } from '../../duration.ts';
import { connectTo, resolveTo } from '../../http/detour-text.ts';
import type { ConnectTo, ResolveTo } from '../../http/detours.ts';
import { header, host, httpUrl } from '../../http/option-text.ts';
import type { Arguments, OptionSpec } from '../arguments.ts';
import { retries } from '../option-values.ts';

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

export const URL_OPTION: OptionSpec = {
  name: 'url',
  value: '<url>',
  help: 'ask this responder instead of those in the certificate (repeatable)',
};
/** What is sent, and which way it takes. */
export const ROAD: readonly OptionSpec[] = [
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
];
export const METHOD: OptionSpec = {
  name: 'method',
  value: '<method>',
  help: 'auto, get or post (default: auto)',
};
export const HASH: OptionSpec = {
  name: 'hash',
  value: '<hash>',
  help: 'hash of the CertID: sha1 or sha256 (default: sha1)',
};
export const NONCE: OptionSpec = { name: 'nonce', help: 'send a nonce and demand it back' };
export const TIMEOUT: OptionSpec = {
  name: 'timeout',
  value: '<duration>',
  help: 'for the whole attempt on a certificate (default: 45s)',
};
export const RETRIES: OptionSpec = {
  name: 'retries',
  value: '<n>',
  help: 'ask again so often after a failure that may pass (default: 2)',
};

export const wayFlags = (args: Arguments): WayFlags => ({
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
