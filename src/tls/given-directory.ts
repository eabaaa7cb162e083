/**
 * `STORE/given/KEY.pem`: the certificates that processes beside the one that asks want to have kept. Each writes what it
 * meets, and the one that asks takes it on. What a stranger could write there costs one fetch: the store is no more
 * trusted than the network, and no staple is served for a certificate that a server does not present.
 */
import { mkdirSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../attempt.ts';
import { formatPem } from '../der/pem.ts';
import { keyOf } from '../keeper/files/certificates.ts';
import { replaceFile } from '../store/atomic-file.ts';
import { type Given, readGiven } from '../subject/given.ts';

/** As many as the sites of a large hosting machine. */
const MAX_GIVEN = 100_000;
const FILE = /^([0-9a-f]{64})\.pem$/;

export class GivenDirectory {
  readonly #path: string;

  constructor(store: string) {
    this.#path = join(store, 'given');
  }

  /** Never throws: a store that cannot be written is one that somebody else keeps. */
  offer(key: string, { certificate, chain }: Given): void {
    const others = chain.filter(({ raw }) => !raw.equals(certificate.raw));
    const text = [certificate, ...others].map(({ raw }) => formatPem('CERTIFICATE', raw)).join('');
    attempt(() => {
      mkdirSync(this.#path, { recursive: true, mode: 0o755 });
      replaceFile(join(this.#path, `${key}.pem`), text);
    });
  }

  /** Those that are not known yet; one that has ended is taken away. */
  *news(isKnown: (key: string) => boolean, now: number): Generator<Given> {
    const names = attempt(() => readdirSync(this.#path)) ?? [];
    for (const name of names.slice(0, MAX_GIVEN)) {
      const key = FILE.exec(name)?.[1];
      if (key === undefined || isKnown(key)) continue;
      const path = join(this.#path, name);
      const given = attempt(() => readGiven(path));
      if (!given || keyOf(given.certificate) !== key) continue;
      if (given.certificate.notAfter.getTime() <= now) attempt(() => rmSync(path));
      else yield given;
    }
  }
}
