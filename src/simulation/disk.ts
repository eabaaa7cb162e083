/** The machine's disk: when it takes nothing, and what a crash leaves of it. */
import { InputError, type RestapleError } from '../errors.ts';
import { DAY, HOUR, MINUTE } from './authority.ts';
import type { SimCertificate, SimResponse } from './certificate.ts';
import { type Random, between, waitFor } from './random.ts';

export type Place = 'stored' | 'published';

interface Trouble {
  readonly from: number;
  readonly to: number;
  readonly places: readonly Place[];
}

const BETWEEN_TROUBLES: number = 30 * DAY;
/** The shares of files that a crash leaves damaged, or takes. */
const DAMAGED = 0.002;
const FORGOTTEN = 0.01;

export class Disk {
  readonly #troubles: Trouble[] = [];
  #at = 0;

  constructor(random: Random, start: number, end: number) {
    let at = start + DAY;
    for (;;) {
      const from = at + waitFor(random, BETWEEN_TROUBLES);
      if (from >= end) return;
      const to = from + (random() < 0.8 ? between(random, MINUTE, 2 * HOUR) : between(random, 2 * HOUR, DAY));
      const which = random();
      const places: Place[] =
        which < 0.3 ? ['stored'] : which < 0.6 ? ['published'] : ['stored', 'published'];
      this.#troubles.push({ from, to, places });
      at = to;
    }
  }

  /** Whether it takes what is written there. `time` may go back, but seldom does. */
  takes(place: Place, time: number): boolean {
    return this.#troubleAt(time)?.places.includes(place) !== true;
  }

  /** When it takes everything again; `time` when it does. */
  freeAt(time: number): number {
    return this.#troubleAt(time)?.to ?? time;
  }

  #troubleAt(time: number): Trouble | undefined {
    while (this.#at > 0 && time < (this.#troubles[this.#at]?.from ?? Infinity)) this.#at -= 1;
    while ((this.#troubles[this.#at]?.to ?? Infinity) <= time) this.#at += 1;
    const trouble = this.#troubles[this.#at];
    return trouble && trouble.from <= time ? trouble : undefined;
  }

  takesAll(time: number): boolean {
    return this.takes('stored', time) && this.takes('published', time);
  }

  /** What can be read there. */
  read(certificate: SimCertificate, place: Place): SimResponse | undefined {
    return isDamaged(certificate, place) ? undefined : certificate[place];
  }

  /** What power that goes away does to the files of one certificate. @returns whether any of them suffered. */
  crash(certificate: SimCertificate, random: Random): boolean {
    if (random() < FORGOTTEN) certificate.memory = undefined;
    if (random() >= DAMAGED) return false;
    const which = random();
    certificate.damage = which < 0.4 ? 'stored' : which < 0.8 ? 'published' : 'both';
    return true;
  }
}

export const isDamaged = ({ damage }: SimCertificate, place: Place): boolean =>
  damage === place || damage === 'both';

/** Made once: a disk that is full says so for every certificate. */
export const UNWRITABLE: Readonly<Record<Place, RestapleError>> = {
  stored: new InputError('output-unwritable', 'stored: no space left on device'),
  published: new InputError('output-unwritable', 'published: no space left on device'),
};
