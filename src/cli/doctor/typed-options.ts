/** The options that say how a responder is asked, as they were typed: for a command that is advised to have them too. */
import type { ConnectTo, ResolveTo } from '../../http/detours.ts';
import type { JudgeFlags } from '../verbs/judging.ts';
import type { WayFlags } from '../verbs/way.ts';

export type Typed = readonly (readonly [option: string, value?: string])[];

export function typedOptions(flags: JudgeFlags & WayFlags): Typed {
  return [
    ...each('--issuer', flags.issuer),
    ...each('--url', flags.url),
    ...each(
      '--header',
      flags.header?.map(([name, value]) => `${name}: ${value}`),
    ),
    ...each('--connect-to', flags.connectTo?.map(connectToText)),
    ...each('--resolve', flags.resolve?.map(resolveText)),
    ...each('--cacert', flags.cacert),
    ...each('--proxy', flags.proxy === undefined ? undefined : [flags.proxy]),
    ...when('--allow-private', flags.allowPrivate),
    ...each('--allow-host', flags.allowHost),
    ...(flags.method === 'auto' ? [] : each('--method', [flags.method])),
    ...(flags.hash === 'sha1' ? [] : each('--hash', [flags.hash])),
    ...when('--nonce', flags.nonce),
    ...duration('--timeout', flags.timeout),
    ...each('--retries', flags.retries === undefined ? undefined : [String(flags.retries)]),
    ...each('--trust', flags.trust),
    ...when('--allow-sha1', flags.allowSha1),
    ...duration('--max-age', flags.maxAge),
    ...when('--allow-no-next-update', flags.allowNoNextUpdate),
  ];
}

const each = (option: string, values: readonly string[] | undefined): Typed =>
  (values ?? []).map((value) => [option, value]);

const when = (option: string, given: boolean): Typed => (given ? [[option]] : []);

const duration = (option: string, ms: number | undefined): Typed =>
  ms === undefined ? [] : [[option, `${ms / 1000}s`]];

const connectToText = ({ host, port, toHost, toPort }: ConnectTo): string =>
  [host, port, toHost, toPort].map((part) => part ?? '').join(':');

const resolveText = ({ host, port, addresses }: ResolveTo): string =>
  `${host}:${port}:${addresses.join(',')}`;
