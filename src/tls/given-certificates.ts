/** Certificates that a program holds in memory: they are read from where it put them, and not from files. */
import { InputError } from '../errors.ts';
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import { Certificates, type Read, keyOf } from '../keeper/files/certificates.ts';
import type { Given } from '../subject/given.ts';

export class GivenCertificates extends Certificates {
  readonly #given = new Map<string, Given>();

  /** @returns the key by which the keeper and the store call it. */
  put(given: Given): string {
    const key = keyOf(given.certificate);
    this.#given.set(key, given);
    return key;
  }

  drop(key: string): void {
    this.#given.delete(key);
  }

  get(key: string): Given | undefined {
    return this.#given.get(key);
  }

  /** When each one ends, in milliseconds since 1970. */
  *ends(): Generator<[key: string, notAfter: number]> {
    for (const [key, { certificate }] of this.#given) yield [key, certificate.notAfter.getTime()];
  }

  /** @throws InputError `certificate-not-found` when it was dropped meanwhile. */
  override async read({ key }: CertificateSubject): Promise<Read> {
    const given = this.#given.get(key);
    if (!given) throw new InputError('certificate-not-found', 'the certificate is not kept any more');
    return { ...given, path: given.label };
  }
}
