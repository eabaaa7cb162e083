/**
 * `STORE/given/KEY.pem`: the certificates that processes beside the one that asks want to have kept. Each writes what it
 * meets, and the one that asks takes it on. What a stranger could write there costs one fetch: the store is no more
 * trusted than the network, and no staple is served for a certificate that a server does not present.
 */
import { readFileSync, readdirSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../attempt.ts';
import { formatPem } from '../der/pem.ts';
import { findIssuer } from '../issuer/find-issuer.ts';
import { keyOf } from '../keeper/files/certificates.ts';
import { replaceFile } from '../store/atomic-file.ts';
import { makeDirectory } from '../store/make-directory.ts';
import { type Given, readGiven } from '../subject/given.ts';

/** As many as the sites of a large hosting machine. */
const MAX_GIVEN = 100_000;
const FILE = /^([0-9a-f]{64})\.pem$/;
/** File systems tell times in steps: what is newer than this may change again within the same one. */
const SETTLED_MS = 5_000;

export class GivenDirectory {
  readonly #path: string;
  /** When the directory was changed last, as of what was read of it. */
  #changedAt: number | undefined;

  constructor(store: string) {
    this.#path = join(store, 'given');
  }

  /** @returns whether it is there now. */
  offer(key: string, { certificate, chain }: Given): boolean {
    // Of what may be all the CAs that a server trusts.
    const issuer = attempt(() => findIssuer(certificate, chain));
    const text = [certificate, ...(issuer ? [issuer] : [])]
      .map(({ raw }) => formatPem('CERTIFICATE', raw))
      .join('');
    const path = this.#pathOf(key);
    const isThere = attempt(() => {
      if (holds(path, text)) return true;
      makeDirectory(this.#path);
      replaceFile(path, text);
      return true;
    });
    return isThere === true;
  }

  /** Never throws. */
  withdraw(key: string): void {
    attempt(() => rmSync(this.#pathOf(key), { force: true }));
  }

  /** Those that are not known yet; one that has ended is taken away. */
  *news(isKnown: (key: string) => boolean, now: number): Generator<Given> {
    const changedAt = attempt(() => statSync(this.#path).mtimeMs);
    if (changedAt === undefined || changedAt === this.#changedAt) return;
    this.#changedAt = Math.abs(Date.now() - changedAt) > SETTLED_MS ? changedAt : undefined;
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

  #pathOf(key: string): string {
    return join(this.#path, `${key}.pem`);
  }
}

function holds(path: string, text: string): boolean {
  const stats = statSync(path, { throwIfNoEntry: false });
  return stats?.isFile() === true && stats.size === text.length && readFileSync(path, 'latin1') === text;
}
