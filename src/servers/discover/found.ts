/** What is found of a server on a machine. Paths are those of the machine. */
import type { ServerType } from '../adapter.ts';

export type FoundType =
  | 'nginx'
  | 'angie'
  | 'haproxy'
  | 'hitch'
  | 'lighttpd'
  | 'exim'
  | 'h2o'
  | 'nghttpx'
  | 'trafficserver'
  | 'apache';

// eslint-disable-next-line no-control-regex
const CONTROL = /[\u0000-\u0008\u000A-\u001F\u007F]/;

/** Lines count from 1. */
export interface Place {
  readonly file: string;
  readonly line: number;
}

/** A change that an administrator is shown: the line goes, or stays, and `insert` comes after it. */
export interface Edit {
  /** Line 0 is before the first one. */
  readonly place: Place;
  readonly remove: boolean;
  readonly insert: readonly string[];
}

export interface Remark {
  readonly place: Place;
  readonly text: string;
}

export interface FoundCertificate {
  readonly path: string;
  /** Where the server names it. */
  readonly place: Place;
}

/** Keys of an entry under `servers` in the config of restaple. */
export interface Entry {
  readonly type: ServerType;
  readonly dir?: string;
  readonly socket?: string;
  readonly address?: string;
  readonly check?: readonly string[];
  readonly reload?: readonly string[];
}

export interface FoundServer {
  readonly type: FoundType;
  /** Its main configuration file. */
  readonly file: string;
  readonly certificates: readonly FoundCertificate[];
  /** What its entry in the config of restaple has besides its type; absent for one that has no entry there. */
  readonly entry: Entry | undefined;
  readonly edits: readonly Edit[];
  /** What is to be known of it. */
  readonly remarks: readonly Remark[];
  /** What was not understood, and so not looked at. */
  readonly skipped: readonly Remark[];
}

/** What a finder gathers; `found` of it is a FoundServer. */
export class Findings {
  readonly certificates: FoundCertificate[] = [];
  readonly edits: Edit[] = [];
  readonly remarks: Remark[] = [];
  readonly skipped: Remark[] = [];

  readonly #known = new Set<string>();
  readonly #staples = new Map<string, string>();

  certificate(path: string, place: Place): void {
    if (this.#isNew({ path, place })) this.certificates.push({ path, place });
  }

  /** False, and said, when another certificate's staple is called the same: one of both has to be renamed. */
  claims(staple: string, certificate: string, place: Place): boolean {
    const owner = this.#staples.get(staple) ?? certificate;
    this.#staples.set(staple, owner);
    if (owner === certificate) return true;
    this.skip(
      place,
      `${certificate}: its staple would be called as that of ${owner}; give one of both files another name`,
    );
    return false;
  }

  insert(place: Place, ...insert: readonly string[]): void {
    this.#edit({ place, remove: false, insert });
  }

  /** With nothing in its place the line is taken away. */
  replace(place: Place, ...insert: readonly string[]): void {
    this.#edit({ place, remove: true, insert });
  }

  remark(place: Place, text: string): void {
    if (this.#isNew({ remark: text, place })) this.remarks.push({ place, text });
  }

  skip(place: Place, text: string): void {
    if (this.#isNew({ skip: text, place })) this.skipped.push({ place, text });
  }

  /** A line end within a name would begin a line of its own, of whatever meaning. */
  #edit(edit: Edit): void {
    if (edit.insert.some((line) => CONTROL.test(line)))
      this.skip(edit.place, 'a name with control characters in it; nothing is to be added for it');
    else if (this.#isNew(edit)) this.edits.push(edit);
  }

  /** A file that is included in several blocks is come upon several times. */
  #isNew(what: object): boolean {
    const key = JSON.stringify(what);
    if (this.#known.has(key)) return false;
    this.#known.add(key);
    return true;
  }

  found(type: FoundType, file: string, entry?: Entry): FoundServer {
    const { certificates, edits, remarks, skipped } = this;
    return { type, file, certificates, entry, edits, remarks, skipped };
  }
}

/** Where staples go that servers read from files. */
export const STAPLES = '/var/lib/restaple';

/** Where the relay answers unless its config says otherwise. */
export const RELAY = '127.0.0.1:2560';

/** The white space that a line begins with: what is added beside it begins so, too. */
export const indentOf = (line: string | undefined): string => /^[ 	]*/.exec(line ?? '')?.[0] ?? '';
