/** The slots of the certificates that are kept, found by the bytes of a certificate: all that were named, the last that were met. */
import { ContentCache } from '../bounded-cache.ts';
import type { Slot } from './served.ts';

export interface KeptSlot {
  readonly key: string;
  readonly slot: Slot;
}

export class KeptSlots {
  readonly #named = new ContentCache<KeptSlot>(Infinity);
  readonly #met: ContentCache<KeptSlot>;

  constructor(maxMet: number) {
    this.#met = new ContentCache<KeptSlot>(maxMet);
  }

  get(certificate: Buffer): KeptSlot | undefined {
    return this.#named.get(certificate) ?? this.#met.get(certificate);
  }

  /** @returns what had to go for it. */
  put(certificate: Buffer, kept: KeptSlot, how: 'named' | 'met'): KeptSlot | undefined {
    // A copy: the bytes may be a view into a whole file.
    const bytes = Buffer.from(certificate);
    return how === 'named' ? this.#named.set(bytes, kept) : this.#met.set(bytes, kept);
  }

  /** One that was met is named now, and stays. */
  name(certificate: Buffer): void {
    const kept = this.#met.get(certificate);
    if (!kept) return;
    this.#met.delete(certificate);
    this.put(certificate, kept, 'named');
  }

  delete(certificate: Buffer): void {
    this.#named.delete(certificate);
    this.#met.delete(certificate);
  }
}
