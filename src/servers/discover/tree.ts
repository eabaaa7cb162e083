/** A machine's files, seen from a root directory: its own `/`, or a copy of another's. Paths are those of the machine. */
import {
  type Stats,
  closeSync,
  fstatSync,
  lstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { attempt } from '../../attempt.ts';
import type { Remark } from './found.ts';
import { isPattern, matcherOf } from './pattern.ts';

/** A crt-list of a hundred thousand certificates has half of it; what is larger is no configuration of servers. */
const MAX_BYTES = 16 * 1024 * 1024;
/** As Linux has it (path_resolution(7)). */
const MAX_LINKS = 40;
/** A directory of certificates may hold thousands. */
const MAX_MATCHES = 100_000;
const BYTE_ORDER_MARK = '\uFEFF';
/** No file system has such a name. */
const NOWHERE = '/\0';

export class Tree {
  readonly root: string;
  readonly #troubles = new Map<string, string>();
  /** Directories that are no links. */
  readonly #plain = new Set<string>(['/']);
  readonly #keys = new Set<string>();

  constructor(root: string) {
    this.root = root;
  }

  /** Where a path of the machine is to be opened. */
  real(path: string): string {
    return join(this.root, this.resolved(path));
  }

  /**
   * The path of the machine that links lead to. An absolute link, as from sites-enabled to sites-available, begins at the
   * root of the machine, which the system here knows nothing of.
   */
  resolved(path: string): string {
    const ahead = path.split('/').toReversed();
    let here = '/';
    let links = 0;
    for (let part = ahead.pop(); part !== undefined; part = ahead.pop()) {
      const next = join(here, part);
      const link = this.#link(next);
      if (link === undefined) here = next;
      else if (++links > MAX_LINKS) return NOWHERE;
      else {
        ahead.push(...link.split('/').toReversed());
        if (isAbsolute(link)) here = '/';
      }
    }
    return here;
  }

  /** Where a link leads; each directory is asked once. */
  #link(path: string): string | undefined {
    if (this.#plain.has(path)) return undefined;
    const real = join(this.root, path);
    const stats = attempt(() => lstatSync(real, { throwIfNoEntry: false }));
    if (stats?.isDirectory() === true) this.#plain.add(path);
    return stats?.isSymbolicLink() === true ? attempt(() => readlinkSync(real)) : undefined;
  }

  /** What could not be looked into, and may hold more than was found. */
  get troubles(): readonly Remark[] {
    return [...this.#troubles].map(([file, text]) => ({ place: { file, line: 0 }, text }));
  }

  /** The text of a configuration file, without a byte order mark; `undefined` when there is none that can be read. */
  text(path: string): string | undefined {
    const text = this.bytes(path)?.toString('utf8');
    return text?.startsWith(BYTE_ORDER_MARK) === true ? text.slice(1) : text;
  }

  /** The same as it is on disk, in whatever encoding. */
  bytes(path: string): Buffer | undefined {
    const bytes = attempt(() => readBytes(this.real(path)));
    if (bytes?.includes('PRIVATE KEY-----') !== true) return bytes;
    // A PEM file that is named as a configuration, such as a crt-list: what is said of its lines would print its key.
    bytes.fill(0);
    this.#keys.add(path);
    return undefined;
  }

  /** Why `text` of a path is `undefined`. */
  whyNot(path: string): string {
    const stats = this.#stats(path);
    if (!stats) return 'no such file, or one that cannot be read';
    if (!stats.isFile()) return 'no plain file';
    if (this.#keys.has(path)) return 'a private key is in it';
    return stats.size > MAX_BYTES ? `larger than ${MAX_BYTES} bytes` : 'cannot be read';
  }

  exists(path: string): boolean {
    return this.#stats(path) !== undefined;
  }

  isFile(path: string): boolean {
    return this.#stats(path)?.isFile() === true;
  }

  isDirectory(path: string): boolean {
    return this.#stats(path)?.isDirectory() === true;
  }

  /** The names in a directory, sorted; none when there is no such directory. */
  names(directory: string): readonly string[] {
    try {
      return readdirSync(this.real(directory)).toSorted();
    } catch (error) {
      this.#note(directory, error);
      return [];
    }
  }

  /** The files that a path or a pattern of the shell leads to, sorted. */
  matches(pattern: string): readonly string[] {
    if (!isPattern(pattern)) return this.isFile(pattern) ? [pattern] : [];
    let found: readonly string[] = ['/'];
    for (const part of pattern.split('/').filter((one) => one !== '')) {
      const isMatch = matcherOf(part);
      const next: string[] = [];
      for (const directory of found) {
        if (!isPattern(part)) next.push(join(directory, part));
        else for (const name of this.names(directory)) if (isMatch(name)) next.push(join(directory, name));
        // Links that lead back multiply with each part.
        if (next.length <= MAX_MATCHES) continue;
        this.#troubles.set(pattern, `matches more than ${MAX_MATCHES} names`);
        return [];
      }
      found = next;
    }
    return found.filter((path) => this.isFile(path));
  }

  #stats(path: string): Stats | undefined {
    try {
      return statSync(this.real(path));
    } catch (error) {
      this.#note(path, error);
      return undefined;
    }
  }

  /** What is not there is looked for in vain, and no trouble; what others may not see is. */
  #note(path: string, error: unknown): void {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EACCES' || code === 'EPERM') this.#troubles.set(path, 'cannot be read: permission denied');
  }
}

/** @throws what node:fs throws. */
function readBytes(path: string): Buffer | undefined {
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > MAX_BYTES) return undefined;
    const bytes = Buffer.alloc(size);
    return bytes.subarray(0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
