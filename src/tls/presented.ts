/**
 * Which certificate a handshake will present. Node.js asks for the staple before OpenSSL has chosen, and names one
 * certificate of those that it may choose from:
 * - of the server's own context, the one that was loaded last, though all types of key that are in it may be presented
 *   (Node 20 to 26);
 * - of a context for a name, the one that was loaded last. Its others are never used (Node 20 to 26). The server's own of
 *   other types may be presented in its place (Node 20 and 22), or never (Node 24 and 26).
 *
 * So the choice is made here as OpenSSL makes it, from the signature algorithms that both sides have; where it cannot be
 * known, nobody is given a staple that may be another certificate's.
 */
import { executionAsyncResource } from 'node:async_hooks';
import { TLSSocket } from 'node:tls';

/** What a certificate signs handshakes with: the `asymmetricKeyType` of its key, and the curve. */
export interface Signs {
  readonly type: string;
  readonly curve: string | undefined;
}

/** As `getSharedSigalgs` writes them: a curve is bound to one hash in TLS 1.3 (RFC 8446 section 4.2.3). */
const CURVE_HASH: Readonly<Record<string, string>> = {
  prime256v1: 'ECDSA+SHA256',
  secp384r1: 'ECDSA+SHA384',
  secp521r1: 'ECDSA+SHA512',
};

/** What is known of the handshake that `OCSPRequest` is about, besides its arguments. */
export interface Underway {
  readonly socket: TLSSocket;
  /** The server's own context. */
  readonly context: object | undefined;
  /**
   * Its certificate in DER, the one that was loaded last, as it was when the handshake began: after `setSecureContext`, `OCSPRequest`
   * names the new one to those that began before.
   */
  readonly own: Buffer | undefined;
  /** The context is one for the name that the client asked for. */
  readonly isNamed: boolean;
}

/**
 * The handshake in which this is called. Node hands no socket to `OCSPRequest`, but runs it as a callback of the handle,
 * which knows its socket. `undefined` where it is otherwise: after an `SNICallback` that waited, in other runtimes.
 */
export function handshakeUnderway(): Underway | undefined {
  const handle: Handle = Object(executionAsyncResource());
  if (ownerSymbol === undefined || !(handle[ownerSymbol] instanceof TLSSocket))
    ownerSymbol = Object.getOwnPropertySymbols(handle).find((symbol) => handle[symbol] instanceof TLSSocket);
  const owner = ownerSymbol && handle[ownerSymbol];
  if (!(owner instanceof TLSSocket)) return undefined;
  const { _secureContext: own } = handle;
  const context = typeof own === 'object' && own !== null ? own : undefined;
  return {
    socket: owner,
    context,
    own: context && certificateIn(context),
    isNamed: Boolean(handle.sni_context),
  };
}

/** A TLSWrap of Node, of which nothing is promised. */
interface Handle {
  readonly [symbol: symbol]: unknown;
  readonly sni_context?: unknown;
  readonly _secureContext?: unknown;
}

let ownerSymbol: symbol | undefined;

/** Asking a context costs a copy of the certificate, for each handshake the same. */
const loaded = new WeakMap<object, Buffer | undefined>();

function certificateIn(secureContext: object): Buffer | undefined {
  if (loaded.has(secureContext)) return loaded.get(secureContext);
  const { context } = Object(secureContext);
  const certificate: unknown =
    typeof context?.getCertificate === 'function' ? context.getCertificate() : undefined;
  const known = Buffer.isBuffer(certificate) ? certificate : undefined;
  loaded.set(secureContext, known);
  return known;
}

/**
 * The one of `candidates`, all in one context and of different types, that OpenSSL presents; `undefined` when that
 * depends on what cannot be seen here, such as the cipher suites of a TLS 1.2 client.
 */
export function presentedOf<T extends Signs>(
  candidates: readonly T[],
  protocol: string | null,
  sigalgs: readonly string[],
): T | undefined {
  if (protocol === 'TLSv1.3') {
    for (const sigalg of sigalgs) {
      const [first, ...others] = candidates.filter((one) => signsBy(one, sigalg));
      if (first) return others.length === 0 ? first : undefined;
    }
    return undefined;
  }
  const [only, ...others] = candidates.filter(({ type }) => sigalgs.some((sigalg) => isOfType(type, sigalg)));
  return others.length === 0 ? only : undefined;
}

function signsBy({ type, curve }: Signs, sigalg: string): boolean {
  if (type === 'ec') return curve !== undefined && CURVE_HASH[curve] === sigalg;
  // PKCS#1 v1.5 signs no handshake of TLS 1.3.
  if (type === 'rsa') return sigalg.startsWith('RSA-PSS+');
  return isOfType(type, sigalg);
}

function isOfType(type: string, sigalg: string): boolean {
  const [scheme = ''] = sigalg.split('+');
  switch (type) {
    case 'ec':
      return scheme === 'ECDSA';
    case 'rsa':
      return scheme === 'RSA' || scheme === 'RSA-PSS';
    case 'rsa-pss':
      return scheme === 'RSA-PSS';
    default:
      return scheme.toLowerCase().endsWith(type);
  }
}
