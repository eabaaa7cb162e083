/** npm `ocsp`, where it is installed: beside the bench, or below the directory that RESTAPLE_BENCH_PEERS names. */
import { createRequire } from 'node:module';
import { join } from 'node:path';

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

export function loadOcsp(): Ocsp | undefined {
  const from = process.env['RESTAPLE_BENCH_PEERS'] ?? process.cwd();
  try {
    return createRequire(join(from, 'package.json'))('ocsp');
  } catch {
    return undefined;
  }
}
