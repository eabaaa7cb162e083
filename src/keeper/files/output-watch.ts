/**
 * Sees that somebody removed, emptied or replaced a file that servers read: an administrator who cleaned up, a cron job
 * of former days, a disk that was mounted over it. The keeper would notice with the next staple only, days later.
 */
import { type Stats, statSync } from 'node:fs';
import { Pace } from '../../pace.ts';
import type { CertificateSubject } from './certificate-subject.ts';

/** At each look a part of the files: in four, that is two minutes, and ten thousand files cost next to nothing. */
const PARTS = 4;
const ABSENT = 0;

export class OutputWatch {
  /** By path; one number each, for there may be a million. */
  #prints = new Map<string, number>();
  #part = 0;

  /**
   * The subjects of which a file that was there is gone or is another. Those whose staple the keeper itself replaced are
   * among them; to read these once more costs little.
   */
  async look(subjects: ReadonlyMap<string, CertificateSubject>): Promise<readonly CertificateSubject[]> {
    const pace = new Pace();
    const changed: CertificateSubject[] = [];
    this.#part = (this.#part + 1) % PARTS;
    for (const subject of subjects.values()) {
      if (subject.key.charCodeAt(0) % PARTS !== this.#part) continue;
      if (pace.isOver()) await pace.rest();
      let isChanged = false;
      for (const path of subject.outputs) {
        const print = printOf(path);
        const known = this.#prints.get(path);
        if (known === print) continue;
        this.#prints.set(path, print);
        isChanged ||= known !== undefined && known !== ABSENT;
      }
      if (isChanged) changed.push(subject);
    }
    this.#prune(subjects);
    return changed;
  }

  /** Forgets the files of certificates that are gone. */
  #prune(subjects: ReadonlyMap<string, CertificateSubject>): void {
    let wanted = 0;
    for (const { outputs } of subjects.values()) wanted += outputs.length;
    if (this.#prints.size <= wanted) return;
    const before = this.#prints;
    this.#prints = new Map();
    for (const { outputs } of subjects.values()) {
      for (const path of outputs) {
        const print = before.get(path);
        if (print !== undefined) this.#prints.set(path, print);
      }
    }
  }
}

/** Another number for another file, another time or another size, but for a chance that nobody meets. */
function printOf(path: string): number {
  let stats: Stats | undefined;
  try {
    stats = statSync(path, { throwIfNoEntry: false });
  } catch {
    // What cannot be looked at cannot be written either, and is told of when it is to be.
  }
  return stats ? stats.ino * 1e-3 + stats.mtimeMs + stats.ctimeMs + stats.size : ABSENT;
}
