/**
 * Says soon that something has changed in some directories. It may miss things, and does on network disks: what counts is
 * the next look.
 */
import { type FSWatcher, watch } from 'node:fs';
import { attempt } from '../../attempt.ts';

/** Each takes a descriptor of the kernel, of which a user has some thousands (fs.inotify.max_user_watches was 8,192). */
const MAX_WATCHES = 1_000;
/** What restaple and others write beside certificates, thousands of times a day. */
const OTHERS = /^\.restaple-|\.(?:ocsp|key|json|tmp)$/;

export class DirectoryWatch {
  readonly #changed: () => void;
  readonly #watchers = new Map<string, FSWatcher>();

  constructor(changed: () => void) {
    this.#changed = changed;
  }

  /** Watches these directories, the first thousand of them, and no others. Never throws. */
  set(directories: Iterable<string>): void {
    const wanted = new Set<string>();
    for (const directory of directories) {
      if (wanted.size === MAX_WATCHES) break;
      wanted.add(directory);
    }
    for (const directory of this.#watchers.keys()) if (!wanted.has(directory)) this.#drop(directory);
    for (const directory of wanted) if (!this.#watchers.has(directory)) this.#add(directory);
  }

  close(): void {
    this.set([]);
  }

  #add(directory: string): void {
    const watcher = attempt(() =>
      watch(directory, { persistent: false }, (_event, name) => {
        if (name === null || !OTHERS.test(name)) this.#changed();
      }),
    );
    if (!watcher) return;
    watcher.on('error', () => this.#drop(directory));
    this.#watchers.set(directory, watcher);
  }

  #drop(directory: string): void {
    this.#watchers.get(directory)?.close();
    this.#watchers.delete(directory);
  }
}
