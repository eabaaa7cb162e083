/** npm `ocsp`, where it is installed: beside the bench, or below the directory that RESTAPLE_BENCH_PEERS names. */
import { attempt } from '../src/attempt.ts';
import { peerRequire } from './peers.ts';

type Done<T> = (error: Error | null, result: T) => void;

/** Of it, what its README uses to staple. */
export interface Ocsp {
  readonly Cache: new () => {
    probe(id: string, done: Done<{ readonly response: Buffer } | false>): void;
    request(
      id: string,
      options: { readonly url: string; readonly ocsp: Buffer },
      done: Done<Buffer | null>,
    ): void;
  };
  readonly request: {
    generate(certificate: Buffer, issuer: Buffer): { readonly id: string; readonly data: Buffer };
  };
  getOCSPURI(certificate: Buffer, done: Done<string | null>): void;
}

export const loadOcsp = (): Ocsp | undefined => attempt((): Ocsp => peerRequire()('ocsp'));
