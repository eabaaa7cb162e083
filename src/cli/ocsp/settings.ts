/** What the flags say together, in their order: `-issuer` counts for what stands behind it, a digest too. */
import { UsageError } from '../arguments.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { Hash } from '../../x509/signature-scheme.ts';
import { DIGESTS } from './flags.ts';
import { port, seconds, serialNumber } from './flag-values.ts';
import { type GivenFlag, headerOf } from './parse-flags.ts';
import { responderUrl } from './responder-url.ts';

/** One `-cert` or `-serial`. */
export interface Asked {
  /** What was typed: the file, or the number. */
  readonly name: string;
  /** Content octets, for `-serial`. */
  readonly serialNumber: Buffer | undefined;
  readonly issuerFile: string;
  readonly hash: Hash;
}

/** How far the word of a responder is checked: `signature` for `-no_cert_verify`, `nothing` for `-noverify`. */
export type Checks = 'everything' | 'signature' | 'nothing';

export interface Settings {
  readonly asked: readonly Asked[];
  readonly issuerFiles: readonly string[];
  readonly url: URL | undefined;
  readonly headers: HeaderList;
  /** `undefined` leaves it to the transport. */
  readonly timeoutMs: number | undefined;
  /** `undefined` leaves it to the environment. */
  readonly proxy: string | undefined;
  readonly noProxy: string | undefined;
  /** `undefined` when neither `-nonce` nor `-no_nonce` was given. */
  readonly nonce: boolean | undefined;
  readonly reqin: string | undefined;
  readonly reqout: string | undefined;
  readonly respin: string | undefined;
  readonly respout: string | undefined;
  readonly out: string | undefined;
  readonly requestText: boolean;
  readonly responseText: boolean;
  readonly checks: Checks;
  readonly anchors: readonly string[];
  readonly trustedSigners: readonly string[];
  readonly otherCertificates: readonly string[];
  /** Whether a signer, and CA certificates, are looked for in the response. */
  readonly internSigner: boolean;
  readonly internChain: boolean;
  readonly skewMs: number | undefined;
  readonly maxAgeMs: number | undefined;
  readonly at: Date | undefined;
}

/** @throws UsageError */
export function settingsOf(given: readonly GivenFlag[]): Settings {
  const has = (name: string): boolean => given.some((flag) => flag.name === name);
  const last = (name: string): GivenFlag | undefined => given.findLast((flag) => flag.name === name);
  const text = (name: string): string | undefined => last(name)?.value;
  const all = (name: string): string[] =>
    given.filter((flag) => flag.name === name).map(({ value }) => value);
  const ms = (name: string, least: number): number | undefined => {
    const flag = last(name);
    return flag && seconds(flag, least) * 1000;
  };
  refuseContradictions(has);
  const at = ms('attime', 0);
  const others = all('verify_other');
  return {
    asked: askedIn(given),
    issuerFiles: all('issuer'),
    url: responderUrl(given.map((flag) => (flag.name === 'port' ? { ...flag, value: port(flag) } : flag))),
    headers: given.filter(({ name }) => name === 'header').map(headerIn),
    timeoutMs: ms('timeout', 1),
    proxy: text('proxy'),
    noProxy: text('no_proxy'),
    nonce: has('nonce') || has('no_nonce') ? nonceIn(given) : undefined,
    reqin: text('reqin'),
    reqout: text('reqout'),
    respin: text('respin'),
    respout: text('respout'),
    out: text('out'),
    requestText: has('text') || has('req_text'),
    responseText: has('text') || has('resp_text'),
    checks: has('noverify') ? 'nothing' : has('no_cert_verify') ? 'signature' : 'everything',
    anchors: [...all('CAfile'), ...all('CApath')],
    trustedSigners: [...all('VAfile'), ...(has('trust_other') ? others : [])],
    otherCertificates: others,
    internSigner: !has('no_intern'),
    internChain: !has('no_chain'),
    skewMs: ms('validity_period', 0),
    maxAgeMs: ms('status_age', 1),
    at: at === undefined ? undefined : new Date(at),
  };
}

/** Flags of which openssl silently lets one win. Which one was meant, nobody knows but who typed them. */
const EXCLUDING: readonly (readonly [one: string, other: string])[] = [
  ['reqin', 'cert'],
  ['reqin', 'serial'],
  ['respin', 'url'],
  ['respin', 'host'],
  ['url', 'host'],
  ['url', 'port'],
  ['respin', 'nonce'],
];

function refuseContradictions(has: (name: string) => boolean): void {
  for (const [one, other] of EXCLUDING) {
    if (has(one) && has(other)) throw new UsageError(`-${one} and -${other} exclude each other`);
  }
  if (has('attime') && has('respout'))
    throw new UsageError('-attime and -respout exclude each other: a staple has to be good now');
  if (has('trust_other') && !has('verify_other')) throw new UsageError('-trust_other needs -verify_other');
  if (has('port') && !has('host')) {
    const why = 'on its own it makes openssl a responder, which restaple ocsp is not';
    throw new UsageError(`-port needs -host: ${why}`);
  }
}

/** The later one counts. */
const nonceIn = (given: readonly GivenFlag[]): boolean =>
  given.findLast(({ name }) => name === 'nonce' || name === 'no_nonce')?.name === 'nonce';

function headerIn({ value }: GivenFlag): readonly [name: string, value: string] {
  const header = headerOf(value);
  if (!header) throw new UsageError(`-header ${value}: expected NAME=VALUE or NAME VALUE`);
  return header;
}

function askedIn(given: readonly GivenFlag[]): Asked[] {
  const asked: Asked[] = [];
  let issuerFile: string | undefined;
  let hash: Hash = 'sha1';
  let trailing: string | undefined;
  for (const { name, value } of given) {
    const digest = DIGESTS.find((one) => one === name);
    if (name === 'issuer') issuerFile = value;
    else if (digest) {
      if (trailing !== undefined) break;
      [hash, trailing] = [digest, name];
    } else if (name === 'cert' || name === 'serial') {
      if (issuerFile === undefined) throw new UsageError(`-${name} ${value}: no -issuer stands before it`);
      const number = name === 'serial' ? serialNumber(value) : undefined;
      asked.push({ name: value, serialNumber: number, issuerFile, hash });
      trailing = undefined;
    }
  }
  if (trailing !== undefined) throw new UsageError(`-${trailing} must stand before -cert or -serial`);
  return asked;
}
