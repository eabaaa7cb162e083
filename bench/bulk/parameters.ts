/** What is measured: `npm run bench -- bulk n=100,1000 cores=2 latency=0,100`. */
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { SignerKey } from './pki.ts';

export interface Parameters {
  /** Certificates. */
  readonly n: readonly number[];
  /** 1: the contender has the first core, the responder another. 2: both have both. */
  readonly cores: readonly number[];
  /** Milliseconds by which the responder delays every answer. */
  readonly latency: readonly number[];
  /** Where the staples are written, each in a directory of its own. */
  readonly dir: readonly string[];
  readonly key: readonly SignerKey[];
  readonly delegated: boolean;
  readonly responders: number;
  readonly rounds: number;
  /** `unchanged`: the staples are there already, and are what the responder gives. */
  readonly present: readonly ('none' | 'unchanged')[];
  /** Names of contenders begin so; all when it is empty. */
  readonly only: readonly string[];
  /** Builds of restaple: the one that counts, and others to compare it with. */
  readonly program: readonly string[];
  /** Where PKIs and programs are kept from run to run. */
  readonly cache: string;
}

const DEFAULTS = {
  n: '1,100,1000',
  cores: '2',
  latency: '0',
  dir: '/dev/shm',
  key: 'rsa-2048',
  signer: 'delegate',
  // Eight at a time are asked of one responder, sixty-four in all.
  responders: '8',
  rounds: '5',
  present: 'none',
  only: '',
  program: 'dist/bin/restaple.cjs',
  cache: join(tmpdir(), 'restaple-bench-cache'),
};

/** @throws Error for a name that is none */
export function parseParameters(given: readonly string[]): Parameters {
  const values: Record<string, string> = { ...DEFAULTS };
  for (const one of given) {
    const [name = '', ...rest] = one.split('=');
    if (!(name in DEFAULTS))
      throw new Error(`no parameter ${name}; there are ${Object.keys(DEFAULTS).join(', ')}`);
    values[name] = rest.join('=');
  }
  const list = (name: keyof typeof DEFAULTS): readonly string[] =>
    (values[name] ?? '').split(',').filter((one) => one !== '');
  return {
    n: list('n').map(Number),
    cores: list('cores').map(Number),
    latency: list('latency').map(Number),
    dir: list('dir'),
    key: list('key').map((key) => (key === 'p256' ? 'p256' : 'rsa-2048')),
    delegated: values['signer'] !== 'issuer',
    responders: Number(values['responders']),
    rounds: Number(values['rounds']),
    present: list('present').map((one) => (one === 'unchanged' ? 'unchanged' : 'none')),
    only: list('only'),
    program: list('program'),
    cache: values['cache'] ?? DEFAULTS.cache,
  };
}
