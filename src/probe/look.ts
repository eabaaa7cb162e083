/** One look at one server: connect, agree to TLS as its protocol does, and see what it presents and staples. */
import { type LookupFunction, type Socket, connect, isIP } from 'node:net';
import { type ConnectionOptions, type SecureVersion, type TLSSocket, checkServerIdentity } from 'node:tls';
import { reason } from '../http/failure.ts';
import { addressPort } from '../http/place.ts';
import { printable } from '../text.ts';
import { type Progress, probeFailure, timeoutFailure } from './failure.ts';
import { handshake } from './handshake.ts';
import { type KeyType, keyOptions, keyTypeOf } from './key-type.ts';
import type { Beginning } from './ports.ts';
import { type ProxyProtocol, proxyHeader } from './proxy-protocol.ts';
import { DIALOGUES } from './starttls/dialogues.ts';
import { Tap } from './tap.ts';
import { Wire } from './wire.ts';

/** A name or an IP address without brackets, and a TCP port. */
export interface Place {
  readonly host: string;
  readonly port: number;
}

export interface LookOptions {
  readonly beginning: Beginning;
  /** For everything, from the look-up of the name to the end of the handshake. */
  readonly timeoutMs: number;
  /** Where to connect to in place of the server's own address. */
  readonly connectTo?: Place | undefined;
  /** The name that the server is asked for and must be for, in place of its host. */
  readonly servername?: string | undefined;
  readonly proxyProtocol?: ProxyProtocol | undefined;
  readonly keyType?: KeyType | undefined;
  readonly minVersion?: SecureVersion | undefined;
  readonly maxVersion?: SecureVersion | undefined;
  readonly alpn?: readonly string[] | undefined;
  /** Trusted roots in PEM, in place of those that Node knows. */
  readonly ca?: readonly string[] | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly lookup: LookupFunction;
  /** Milliseconds since some moment. */
  readonly clock: () => number;
}

export interface Look {
  /** What was connected to. */
  readonly address: string;
  readonly port: number;
  /** The name that was asked for; `undefined` for an IP address. */
  readonly servername: string | undefined;
  /** In DER, as the server sent them. */
  readonly chain: readonly Buffer[];
  /** The OCSPResponse; `undefined` when none came. */
  readonly staple: Buffer | undefined;
  readonly keyType: KeyType | undefined;
  /** `TLSv1.3` */
  readonly version: string;
  /** In the words of IANA's registry: `TLS_AES_256_GCM_SHA384`. */
  readonly cipher: string;
  /** `undefined` when none was agreed on. */
  readonly alpn: string | undefined;
  /**
   * Why nobody would trust the chain, as OpenSSL names it, such as `CERT_HAS_EXPIRED`; `undefined` when it is trusted, and
   * `CLIENT_CERTIFICATE_WANTED` where the server breaks off before that is known.
   */
  readonly untrusted: string | undefined;
  /** Why the certificate is not for this server, in words; `undefined` when it is. */
  readonly wrongName: string | undefined;
  /** From the start until the connection was there, until both agreed to TLS, and until the handshake was over. */
  readonly connectedMs: number;
  readonly agreedMs: number;
  readonly securedMs: number;
}

/**
 * Of several addresses, how long one is waited for before the next is tried, and this one given up for good: Node's own
 * 250 ms would give up an address that is merely far away.
 */
const ATTEMPT_MS = 1_000;

/**
 * @throws ProbeError `probe-unreachable`, `probe-starttls-failed`, `probe-tls-failed` or `probe-timeout`; the reason of
 *   `signal` when it is aborted.
 */
export async function lookAt(server: Place, options: LookOptions): Promise<Look> {
  const { timeoutMs, signal, clock, connectTo = server } = options;
  signal?.throwIfAborted();
  let tap: Tap | undefined;
  const progress: Progress = {
    place: printable(addressPort(server.host, String(server.port))),
    stage: 'connecting',
    received: () => tap?.received ?? Buffer.alloc(0),
  };
  const start = clock();
  const socket = connect({
    ...connectTo,
    lookup: options.lookup,
    autoSelectFamily: true,
    autoSelectFamilyAttemptTimeout: ATTEMPT_MS,
  });
  // Whoever waits for the socket listens himself; between two of them an error must not end the process.
  socket.on('error', () => {});
  let end: unknown;
  const stop = (why: unknown): void => {
    end ??= why;
    socket.destroy(end instanceof Error ? end : new Error('stopped'));
  };
  const timer = setTimeout(() => stop(timeoutFailure(timeoutMs, progress)), timeoutMs);
  const abort = (): void => stop(signal?.reason);
  signal?.addEventListener('abort', abort);
  try {
    await connected(socket);
    const { remoteAddress: address = '', remotePort: port = 0 } = socket;
    const connectedMs = clock() - start;
    progress.stage = 'dialogue';
    const name = nameOf(options.servername ?? server.host);
    if (options.proxyProtocol) socket.write(proxyHeader(options.proxyProtocol, socket));
    if (options.beginning !== 'direct') {
      const wire = new Wire(socket, progress.place);
      await DIALOGUES[options.beginning](wire, name);
      wire.release();
    }
    const agreedMs = clock() - start;
    progress.stage = 'handshake';
    tap = new Tap(socket);
    const seen = await handshake(tap, name, tlsOptions(options));
    const securedMs = clock() - start;
    await takeLeave(seen.socket);
    const { chain, staple, version, cipher, alpn, untrusted } = seen;
    const wrong = checkServerIdentity(name, seen.certificate);
    return {
      address,
      port,
      servername: isIP(name) === 0 ? name : undefined,
      chain,
      staple,
      keyType: keyTypeOf(chain[0]),
      version,
      cipher,
      alpn,
      untrusted,
      wrongName: wrong && reason(wrong),
      connectedMs,
      agreedMs,
      securedMs,
    };
  } catch (error) {
    if (signal?.aborted === true) throw signal.reason;
    throw probeFailure(end ?? error, progress);
  } finally {
    clearTimeout(timer);
    signal?.removeEventListener('abort', abort);
    tap?.destroy();
    socket.destroy();
  }
}

function connected(socket: Socket): Promise<void> {
  return new Promise((resolve, reject) => {
    socket.once('connect', resolve).once('error', reject);
    socket.once('close', () => reject(new Error('closed before it was connected')));
  });
}

/** The dot at the end of a full name belongs neither into SNI nor into a certificate (RFC 6066 section 3). */
const nameOf = (host: string): string => host.replace(/\.$/, '');

function tlsOptions({ keyType, minVersion, maxVersion, alpn, ca }: LookOptions): ConnectionOptions {
  return {
    ...keyOptions(keyType),
    ...(minVersion === undefined ? {} : { minVersion }),
    ...(maxVersion === undefined ? {} : { maxVersion }),
    ...(alpn === undefined ? {} : { ALPNProtocols: [...alpn] }),
    ...(ca === undefined ? {} : { ca: [...ca] }),
  };
}

/** A server that is cut off writes of an error into its log. */
function takeLeave(socket: TLSSocket): Promise<void> {
  return new Promise((resolve) => {
    socket.once('close', resolve).end(() => resolve());
  });
}
