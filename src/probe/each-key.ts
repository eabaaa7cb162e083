/** Both certificates of a server that has two: an RSA one for old clients, and an ECDSA one that all others get. */
import { ProbeError } from '../errors.ts';
import type { KeyType } from './key-type.ts';
import { type Look, type LookOptions, type Place, lookAt } from './look.ts';

export interface EachKey {
  /** What a client without wishes gets, then the other one, if there is another. */
  readonly looks: readonly Look[];
  /**
   * The key that no certificate came for when it was asked for, and what came in its place. TLS knows no better answer
   * than a broken handshake, so a server that has only one and a server that fails look the same.
   */
  readonly missing: { readonly keyType: KeyType; readonly reason: ProbeError | undefined } | undefined;
}

/** @throws what `lookAt` throws on the first look. */
export async function lookAtEachKey(server: Place, options: Omit<LookOptions, 'keyType'>): Promise<EachKey> {
  const first = await lookAt(server, options);
  const keyType = first.keyType === 'rsa' ? 'ecdsa' : 'rsa';
  try {
    // Behind one name several machines may stand: it is this one that is asked again.
    const connectTo = { host: first.address, port: first.port };
    const second = await lookAt(server, { ...options, connectTo, keyType });
    if (second.keyType === keyType) return { looks: [first, second], missing: undefined };
    return { looks: [first], missing: { keyType, reason: undefined } };
  } catch (reason) {
    if (!(reason instanceof ProbeError)) throw reason;
    return { looks: [first], missing: { keyType, reason } };
  }
}
