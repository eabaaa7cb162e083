/** Fetched issuer certificates in a directory, one file a URL: `$XDG_CACHE_HOME/restaple/issuers`. */
import { createHash } from 'node:crypto';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../attempt.ts';
import type { IssuerCache } from '../issuer/fetch-issuer.ts';
import { writeFileAtomically } from './atomic-file.ts';
import { makeDirectory } from './make-directory.ts';

export class IssuerDirectory implements IssuerCache {
  readonly #directory: string;

  constructor(directory: string) {
    this.#directory = directory;
  }

  async load(url: string): Promise<Buffer | undefined> {
    return attempt(() => readFileSync(this.#path(url)));
  }

  async save(url: string, file: Buffer): Promise<void> {
    try {
      makeDirectory(this.#directory);
      await writeFileAtomically(this.#path(url), file);
    } catch {
      // A cache that cannot be written is only slower.
    }
  }

  #path(url: string): string {
    return join(this.#directory, createHash('sha256').update(url).digest('hex'));
  }
}

/** Where the user's cache is (XDG Base Directory Specification); `undefined` in a cron job without a home. */
export function issuerDirectoryPath(env: Readonly<Record<string, string | undefined>>): string | undefined {
  const { XDG_CACHE_HOME: cache, HOME: home } = env;
  if (cache !== undefined && cache.startsWith('/')) return join(cache, 'restaple', 'issuers');
  return home !== undefined && home.startsWith('/') ? join(home, '.cache', 'restaple', 'issuers') : undefined;
}
