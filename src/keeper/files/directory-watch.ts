/**
 * Says soon that something has changed in some directories. It may miss things, and does on network disks: what counts is
 * the next look.
 */
import { type FSWatcher, readdirSync, statSync, watch } from 'node:fs';
import { join } from 'node:path';
import { attempt } from '../../attempt.ts';

/** Each takes a descriptor of the kernel, of which a user has some thousands (fs.inotify.max_user_watches was 8,192). */
const MAX_WATCHES = 1_000;
/** So many of them for directories in which nothing was found yet: others make and leave some, too. */
const MAX_NEW = 100;
/** What restaple and others write beside certificates, thousands of times a day. */
const OTHERS = /^\.restaple-|\.(?:ocsp|key|json|tmp)$/;

export class DirectoryWatch {
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();
  /** Directories that came after the last look: it is in them that the next certificate appears. */
  readonly #new = new Set<string>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches these directories, the first thousand of them, and of others only such as are new. Never throws. */
  set(directories: Iterable<string>): void {
    const wanted = new Set<string>();
    for (const directory of directories) {
      if (wanted.size === MAX_WATCHES) break;
      wanted.add(directory);
    }
    for (const directory of this.#new) {
      if (!wanted.has(directory) && wanted.size < MAX_WATCHES && isDirectory(directory))
        wanted.add(directory);
      else this.#new.delete(directory);
    }
    for (const directory of this.#watchers.keys()) if (!wanted.has(directory)) this.#drop(directory);
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#add(directory);
  }

  close(): void {
    this.#new.clear();
    this.set([]);
  }

  #add(directory: string): void {
    const watcher = attempt(() =>
      watch(directory, { persistent: false }, (event, name) => {
        if (name !== null && OTHERS.test(name)) return;
        if (name !== null && event === 'rename') this.#came(join(directory, name));
        this.#changed();
      }),
    );
    if (!watcher) return;
    watcher.on('error', () => this.#drop(directory));
    this.#watchers.set(directory, watcher);
  }

  /** What came into it before it was watched, as with `mkdir -p`, no event has named. */
  #came(directory: string): void {
    if (this.#watchers.has(directory) || this.#new.size >= MAX_NEW || this.#watchers.size >= MAX_WATCHES)
      return;
    if (!isDirectory(directory)) return;
    this.#new.add(directory);
    this.#add(directory);
    const entries = attempt(() => readdirSync(directory, { withFileTypes: true })) ?? [];
    for (const entry of entries) if (entry.isDirectory()) this.#came(join(directory, entry.name));
  }

  #drop(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }
}

const isDirectory = (path: string): boolean => attempt(() => statSync(path))?.isDirectory() === true;
