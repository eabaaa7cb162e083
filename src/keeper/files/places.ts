/** The files that are to hold the staple of one certificate: the store first, then those that servers read. */
import { attempt } from '../../attempt.ts';
import { type ErrorCode, InputError, RestapleError } from '../../errors.ts';
import { type Staple, isWorse } from '../../staple/staple.ts';
import { type Judge, isSomethingElse, keepStaple, readStapleFile } from '../../store/staple-file.ts';
import type { StapleStore } from '../../store/staple-store.ts';
import type { Damage } from '../work.ts';
import type { CertificateSubject } from './certificate-subject.ts';

/** What lies in the places, judged. */
export interface Seen {
  readonly best: Staple | undefined;
  /** Those that do not hold the best one. */
  readonly lacking: readonly string[];
  readonly damaged: readonly Damage[];
}

export interface Put {
  /** What lies in the places now; `undefined` when none could be written. */
  readonly inPlace: Staple | undefined;
  /** Files for servers that hold it now and did not before. */
  readonly published: readonly string[];
  /** The first of the places that could not be written. */
  readonly unwritten: InputError | undefined;
}

/** It was a staple until time went over it, or somebody's rules became stricter; or it says that there is none. */
const NOT_DAMAGED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'this-update-in-future',
  'response-expired',
  'response-too-old',
  'response-outlives-signer',
  'response-outlives-certificate',
  'signer-not-valid',
  'next-update-missing',
  'signature-algorithm-refused',
  'certificate-revoked',
  'certificate-unknown',
]);

export class Places {
  readonly #store: StapleStore;
  readonly #key: string;
  readonly #own: string;
  readonly #all: readonly string[];

  constructor(store: StapleStore, { key, outputs }: Pick<CertificateSubject, 'key' | 'outputs'>) {
    this.#store = store;
    this.#key = key;
    this.#own = store.staplePath(key);
    this.#all = [this.#own, ...outputs];
  }

  /** Reads all, and verifies the same bytes once, however many files hold them. */
  look(judge: Judge): Seen {
    const judged: Judged[] = [];
    const damaged: Damage[] = [];
    const held = this.#all.map((path) => {
      // One that cannot be read is told of when something is to be written there.
      const der = attempt(() => readStapleFile(path));
      if (!der) return { path, der };
      let known = judged.find((one) => one.der.equals(der));
      if (!known) judged.push((known = judgedBy(judge, der)));
      if (this.#isDamaged(path, known)) damaged.push({ path, message: known.error?.message ?? '' });
      return { path, der };
    });
    const best = judged.reduce<Staple | undefined>((one, { staple }) => better(one, staple), undefined);
    const lacking = best ? held.filter(({ der }) => der?.equals(best.der) !== true) : [];
    return { best, lacking: lacking.map(({ path }) => path), damaged };
  }

  /** The staple in the store alone. */
  stored(judge: Judge): Staple | undefined {
    const der = attempt(() => readStapleFile(this.#own));
    return der && judgedBy(judge, der).staple;
  }

  /** Puts a staple wherever there is nothing better; where there is, that goes into the others. */
  async put(staple: Staple, judge: Judge, paths: readonly string[] = this.#all): Promise<Put> {
    const published = new Set<string>();
    let inPlace: Staple | undefined;
    let unwritten: InputError | undefined;
    let wanted = staple;
    const putInto = async (path: string): Promise<void> => {
      try {
        if (path === this.#own) this.#store.makeRoom(this.#key);
        const kept = await keepStaple(path, wanted, judge);
        if (kept.outcome === 'written' && path !== this.#own) published.add(path);
        inPlace = better(inPlace, kept.outcome === 'kept' ? kept.present : wanted);
      } catch (error) {
        if (!(error instanceof InputError)) throw error;
        unwritten ??= error;
      }
    };
    for (const path of paths) await putInto(path);
    if (inPlace && isWorse(wanted.verdict, inPlace.verdict)) {
      wanted = inPlace;
      for (const path of this.#all) await putInto(path);
    }
    return { inPlace, published: [...published], unwritten };
  }

  #isDamaged(path: string, { der, error }: Judged): boolean {
    if (!error || NOT_DAMAGED.has(error.code)) return false;
    if (path === this.#own) return true;
    // HAProxy wants a file for each certificate, and an empty one where there is no staple.
    if (der.length === 0) return false;
    // After a renewal, the file that servers read has the staple of the certificate before. And over a key or a
    // certificate nothing is written: that is told then.
    return error.code !== 'certid-mismatch' && !isSomethingElse(der);
  }
}

interface Judged {
  readonly der: Buffer;
  readonly staple: Staple | undefined;
  readonly error: RestapleError | undefined;
}

function judgedBy(judge: Judge, der: Buffer): Judged {
  try {
    return { der, staple: judge(der), error: undefined };
  } catch (error) {
    if (error instanceof RestapleError) return { der, staple: undefined, error };
    throw error;
  }
}

function better(one: Staple | undefined, other: Staple | undefined): Staple | undefined {
  if (!one || !other) return one ?? other;
  return isWorse(one.verdict, other.verdict) ? other : one;
}
