/** What handshakes are given: one slot for each certificate, read without waiting, filled with what the keeper verified. */
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import type { VerifiedResponse } from '../keeper/files/verified-response.ts';
import type { Witness } from '../keeper/files/witness.ts';
import type { Opened, Work } from '../keeper/work.ts';
import { type Staple, isWorse } from '../staple/staple.ts';

/** The skew that `verifyResponse` takes: a responder's clock may be so far ahead. */
const SKEW_MS = 300_000;

export class Slot {
  #staple: Staple | undefined;

  /** @returns the OCSPResponse, and nothing before its time or after its end. */
  at(now: number): Buffer | undefined {
    if (!this.#staple) return undefined;
    const { der, verdict } = this.#staple;
    const isTimely = verdict.thisUpdate.getTime() - SKEW_MS <= now && now < verdict.validUntil.getTime();
    return isTimely ? der : undefined;
  }

  fill(staple: Staple): void {
    if (this.#staple && isWorse(staple.verdict, this.#staple.verdict)) return;
    this.#staple = staple;
  }
}

export class Served implements Witness {
  readonly #slots = new Map<string, Slot>();
  /** Those that are being read: what comes of it is served when the note beside it is known, too. */
  readonly #opening = new Map<string, Staple | undefined>();
  readonly #changed: () => void;

  /** @param changed called when there is something new to give. */
  constructor(changed: () => void) {
    this.#changed = changed;
  }

  slot(key: string): Slot {
    let slot = this.#slots.get(key);
    if (!slot) this.#slots.set(key, (slot = new Slot()));
    return slot;
  }

  drop(key: string): void {
    this.#slots.delete(key);
  }

  holds({ key }: CertificateSubject, { der, verdict }: VerifiedResponse): void {
    if (this.#opening.has(key)) this.#opening.set(key, { der, verdict });
    else this.#fill(key, { der, verdict });
  }

  met(): void {
    // What is asked and of whom is nothing that a handshake depends on.
  }

  heard(): void {
    // The keeper tells of it, and a staple that was good goes on being served until its end.
  }

  failed(): void {
    // What was there stays.
  }

  /**
   * The work of the keeper, with one more rule: what an earlier process left behind of a certificate that was revoked
   * since is not served anew.
   */
  over<R>(work: Work<CertificateSubject, R>): Work<CertificateSubject, R> {
    return {
      open: (subject) => this.#open(subject, work),
      ask: (subject, known, signal) => work.ask(subject, known, signal),
      keep: (subject, response) => work.keep(subject, response),
      remember: (subject, memory) => work.remember(subject, memory),
    };
  }

  async #open(
    subject: CertificateSubject,
    work: Pick<Work<CertificateSubject, unknown>, 'open'>,
  ): Promise<Opened> {
    const { key } = subject;
    this.#opening.set(key, undefined);
    try {
      const opened = await work.open(subject);
      const staple = this.#opening.get(key);
      if (staple && opened.memory?.revoked === undefined) this.#fill(key, staple);
      return opened;
    } finally {
      this.#opening.delete(key);
    }
  }

  #fill(key: string, staple: Staple): void {
    this.slot(key).fill(staple);
    this.#changed();
  }
}
