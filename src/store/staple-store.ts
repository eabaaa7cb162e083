/**
 * The directory in which staples rest: `staples/<first two hex digits>/<key>.ocsp`, beside each a `.json` that costs
 * nothing when it is lost. A key is the SHA-256 of the certificate in DER, as lower-case hex: what a stranger chooses
 * in a name or a serial number never becomes a path.
 *
 * What lies here is public, as staples are, and is read by whoever may: directories have mode 0755, files 0644. It is
 * trusted no more than the network: every staple is verified again.
 */
import { closeSync, constants, fstatSync, openSync, readSync, rmSync, statSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { attempt } from '../attempt.ts';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { Pace } from '../pace.ts';
import { replaceFile } from './atomic-file.ts';
import { makeDirectory } from './make-directory.ts';

/** A note is some hundred bytes, and some KiB with many long paths. */
const MAX_NOTE_BYTES = 64 * 1024;
const FILE = /^([0-9a-f]{64})\.(ocsp|json)$/;

export class StapleStore {
  /** As it was named. */
  readonly path: string;

  constructor(path: string) {
    this.path = path;
  }

  /** Where fetched issuers rest. */
  get issuers(): string {
    return join(this.path, 'issuers');
  }

  /** Where the staple of a certificate rests, whether or not there is one. */
  staplePath(key: string): string {
    return this.#pathOf(key, 'ocsp');
  }

  /**
   * Makes the directory that the staple of `key` goes into.
   *
   * @throws InputError `output-unwritable`
   */
  makeRoom(key: string): void {
    const directory = dirname(this.staplePath(key));
    try {
      makeDirectory(directory);
    } catch (error) {
      const reason = `cannot make ${directory}: ${systemReason(error)}`;
      throw new InputError('output-unwritable', reason, directory, { cause: error });
    }
  }

  /** The note beside a staple; `undefined` when there is none, it cannot be read, or it is too large to be one. */
  loadNote(key: string): string | undefined {
    return attempt(() => readNote(this.#pathOf(key, 'json')));
  }

  /** Never throws. */
  saveNote(key: string, text: string): void {
    attempt(() => {
      this.makeRoom(key);
      replaceFile(this.#pathOf(key, 'json'), text);
    });
  }

  /** When the staple or its note was written last, in milliseconds since 1970; `undefined` when there is neither. */
  writtenAt(key: string): number | undefined {
    const times = (['ocsp', 'json'] as const)
      .map((kind) => attempt(() => statSync(this.#pathOf(key, kind)).mtimeMs))
      .filter((time) => time !== undefined);
    return times.length === 0 ? undefined : Math.max(...times);
  }

  /** Removes a staple and its note. Never throws. */
  forget(key: string): void {
    for (const kind of ['json', 'ocsp'] as const)
      attempt(() => rmSync(this.#pathOf(key, kind), { force: true }));
  }

  /** Every certificate of which something is here. What else lies in the directory is passed over. */
  async *keys(): AsyncGenerator<string> {
    const root = join(this.path, 'staples');
    const pace = new Pace();
    for (const two of (await names(root)).filter((name) => /^[0-9a-f]{2}$/.test(name))) {
      const found = new Set<string>();
      for (const name of await names(join(root, two))) {
        const key = FILE.exec(name)?.[1];
        if (key?.startsWith(two) === true) found.add(key);
      }
      for (const key of found) {
        if (pace.isOver()) await pace.rest();
        yield key;
      }
    }
  }

  #pathOf(key: string, kind: 'ocsp' | 'json'): string {
    return join(this.path, 'staples', key.slice(0, 2), `${key}.${kind}`);
  }
}

async function names(directory: string): Promise<readonly string[]> {
  try {
    return (await readdir(directory)).toSorted();
  } catch {
    return [];
  }
}

function readNote(path: string): string | undefined {
  // Nobody waits for a pipe that happens to lie there.
  const file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  try {
    const stats = fstatSync(file);
    if (!stats.isFile() || stats.size > MAX_NOTE_BYTES) return undefined;
    const buffer = Buffer.alloc(stats.size);
    return buffer.toString('utf8', 0, readSync(file, buffer));
  } finally {
    closeSync(file);
  }
}
