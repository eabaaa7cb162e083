/**
 * Which certificates share the server's own context: those of the options that it was made with. Node keeps both in
 * properties that its documentation does not name; where they are not to be seen, handshakes have to show it.
 */
import type { Server } from 'node:tls';
import { attempt } from '../attempt.ts';
import { parseCertificates } from '../x509/bundle.ts';
import { pfxCertificates } from './context-certificates.ts';

/** A handshake that waits for an `SNICallback` may have begun before a renewal, and seldom before more than one. */
const MAX_RECENT = 4;

export class OwnContext {
  readonly #server: Server;
  /** By context: a handshake goes on with the one that it began with, whatever `setSecureContext` does meanwhile. */
  readonly #certificates = new WeakMap<object, readonly Buffer[] | undefined>();
  #recent: readonly (readonly Buffer[] | undefined)[] = [];

  constructor(server: Server) {
    this.#server = server;
    this.certificates(undefined);
  }

  /**
   * @param context that of a handshake; where it is not known, it is one of the last few.
   * @returns in DER, in the order in which they were loaded; `undefined` when that cannot be seen.
   */
  certificates(context: object | undefined): readonly Buffer[] | undefined {
    const { _sharedCreds: present, cert } = Object(this.#server);
    if (typeof present !== 'object' || present === null) return undefined;
    if (!this.#certificates.has(present)) {
      const leaves = together(leavesOf(cert), packedIn(this.#server));
      this.#certificates.set(present, leaves);
      this.#recent = [...this.#recent, leaves].slice(-MAX_RECENT);
    }
    if (context) return this.#certificates.get(context);
    const known = this.#recent.filter((leaves) => leaves !== undefined);
    return known.length === this.#recent.length ? known.flat() : undefined;
  }
}

const packedIn = (server: Server): readonly Buffer[] | undefined =>
  pfxCertificates(server)?.map(({ certificate }) => certificate.raw);

const together = (
  one: readonly Buffer[] | undefined,
  other: readonly Buffer[] | undefined,
): readonly Buffer[] | undefined =>
  one && other && one.length + other.length > 0 ? [...one, ...other] : undefined;

/** Of each file the first, as OpenSSL takes it; `undefined` where one cannot be read. */
function leavesOf(cert: unknown): readonly Buffer[] | undefined {
  const files: readonly unknown[] = Array.isArray(cert) ? cert : cert === undefined ? [] : [cert];
  const leaves = files.map((file) => {
    if (typeof file !== 'string' && !(file instanceof Uint8Array)) return undefined;
    const [leaf] = attempt(() => parseCertificates(Buffer.from(file))) ?? [];
    return leaf && Buffer.from(leaf.raw);
  });
  const known = leaves.filter((leaf) => leaf !== undefined);
  return known.length === leaves.length ? known : undefined;
}
