/** A machine's files, seen from a root directory: its own `/`, or a copy of another's. Paths are those of the machine. */
import {
  type Stats,
  closeSync,
  fstatSync,
  openSync,
  readSync,
  readdirSync,
  readlinkSync,
  statSync,
} from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { attempt } from '../../attempt.ts';
import { isPattern, matcherOf } from './pattern.ts';

/** Configuration of servers; what is larger was not written by hand. */
const MAX_BYTES = 1024 * 1024;
/** As Linux has it (path_resolution(7)). */
const MAX_LINKS = 40;
/** A directory of certificates may hold thousands. */
const MAX_MATCHES = 20_000;

export class Tree {
  readonly root: string;

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
      const link = attempt(() => readlinkSync(join(this.root, next)));
      if (link === undefined) here = next;
      else if (++links > MAX_LINKS) return path;
      else {
        ahead.push(...link.split('/').toReversed());
        if (isAbsolute(link)) here = '/';
      }
    }
    return here;
  }

  /** The text of a configuration file; `undefined` when there is none, or nothing that can be read. */
  text(path: string): string | undefined {
    return attempt(() => readText(this.real(path)));
  }

  isFile(path: string): boolean {
    return this.#stats(path)?.isFile() === true;
  }

  isDirectory(path: string): boolean {
    return this.#stats(path)?.isDirectory() === true;
  }

  /** The names in a directory, sorted; none when there is no such directory. */
  names(directory: string): readonly string[] {
    return (attempt(() => readdirSync(this.real(directory))) ?? []).toSorted();
  }

  /** The files that a path or a pattern of the shell leads to, sorted. */
  matches(pattern: string): readonly string[] {
    if (!isPattern(pattern)) return this.isFile(pattern) ? [pattern] : [];
    let found: readonly string[] = ['/'];
    for (const part of pattern.split('/').filter((one) => one !== '')) {
      const isMatch = matcherOf(part);
      found = found.flatMap((directory) => {
        if (!isPattern(part)) return [join(directory, part)];
        const named = this.names(directory).filter((name) => isMatch(name));
        return named.map((name) => join(directory, name));
      });
      if (found.length > MAX_MATCHES) return [];
    }
    return found.filter((path) => this.isFile(path));
  }

  #stats(path: string): Stats | undefined {
    return attempt(() => statSync(this.real(path)));
  }
}

/** @throws what node:fs throws. */
function readText(path: string): string | undefined {
  if (!statSync(path).isFile()) return undefined;
  const file = openSync(path, 'r');
  try {
    const { size } = fstatSync(file);
    if (size > MAX_BYTES) return undefined;
    const bytes = Buffer.alloc(size);
    return bytes.toString('utf8', 0, readSync(file, bytes));
  } finally {
    closeSync(file);
  }
}
