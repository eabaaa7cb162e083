/** Staples for the TLS servers of Node.js. */
import { Server, type TLSSocket } from 'node:tls';
import { attempt } from '../attempt.ts';
import { type CertificateInput, type Given, readGiven } from '../subject/given.ts';
import { contextCertificates, givenOf } from './context-certificates.ts';
import { MetCertificates } from './met.ts';
import { OwnContext } from './own-context.ts';
import { QUIET_CLOCK, type StapleKeeperOptions } from './options.ts';
import { StapleKeeper } from './staple-keeper.ts';

/** How staples are kept for a server. Durations are milliseconds. */
export interface StaplingOptions extends StapleKeeperOptions {
  /** One that serves several servers, in place of one that is made from the other options. It is the caller's to close. */
  readonly keeper?: StapleKeeper;
}

/** The stapling of one server. */
export interface Stapling extends AsyncDisposable {
  /** Its events, its `views()`, and `refresh()`. */
  readonly keeper: StapleKeeper;
  /**
   * Resolves when every certificate that is known beforehand (of `options.certificates` and of the server's own contexts)
   * has its staple, or can have none, or after `readyTimeoutMs`. Never rejects.
   */
  readonly ready: Promise<void>;
  /**
   * Fetches the staples of certificates before the server presents them: to be awaited before `setSecureContext` or
   * `addContext`. Resolves as `ready` does.
   *
   * @throws InputError, DerError when one cannot be read.
   */
  add(...certificates: readonly CertificateInput[]): Promise<void>;
  /** Handshakes are not stapled any more, and nothing is asked for. The `close` of the server does the same. */
  close(): Promise<void>;
}

type Callback = (error: Error | null, response: Buffer | null) => void;

const attached = new WeakSet<Server>();

/** Both are handed the same callback, and Node breaks a connection whose second call of it comes. */
const SECOND =
  'another listener for OCSPRequest is added to a server that is stapled: a handshake that both answer fails';

function warn(event: string | symbol): void {
  if (event === 'OCSPRequest') process.emitWarning(SECOND, { code: 'RESTAPLE_SECOND_OCSPREQUEST' });
}

/**
 * Staples the handshakes of a `tls.Server`, `https.Server` or `http2.Http2SecureServer`, and of what is built on them. A
 * handshake is answered from memory: it waits for nothing, and never fails for want of a staple; then it goes without.
 * All that is served was verified, and nothing after its end.
 *
 * Certificates are those of `options.certificates`, those of the server's contexts, and those that a handshake shows for
 * the first time (of an `SNICallback`), which is then the one that goes without. Where an RSA and an ECDSA certificate
 * share a context, TLS 1.3 clients are given the staple of the one they get; TLS 1.2 clients are where their signature
 * algorithms leave one choice.
 *
 * @throws InputError, DerError for certificates that cannot be read; InputError `usage-invalid`; a TypeError for what is
 *   no TLS server, or one that somebody answers `OCSPRequest` for already.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createServer } from 'node:https';
 * import { attachStapling } from 'restaple/tls';
 *
 * const options = { key: readFileSync('domain.key'), cert: readFileSync('domain.crt') };
 * const server = createServer(options, (request, response) => response.end('hello'));
 * const stapling = attachStapling(server);
 * stapling.keeper.on('fetched', ({ certificate }) => console.log(certificate, 'has a staple'));
 * stapling.keeper.on('alarm', ({ certificate, message }) => console.error(certificate, message));
 * await stapling.ready;
 * server.listen(8443);
 * ```
 */
export function attachStapling(server: Server, options: StaplingOptions = {}): Stapling {
  if (!(server instanceof Server))
    throw new TypeError('attachStapling takes a tls, https or http2 secure server');
  if (attached.has(server) || server.listenerCount('OCSPRequest') > 0)
    throw new TypeError('somebody answers OCSPRequest for this server already');
  const known = [
    ...(options.certificates ?? []).map((input) => readGiven(input)),
    ...contextCertificates(server),
  ];
  const { keeper: shared, ...own } = options;
  const keeper = shared ?? new StapleKeeper({ ...own, certificates: [] });
  const first = keeper.take(known);
  const clock = own.clock ?? QUIET_CLOCK;
  const learn = (raw: Buffer, issuer: Buffer | null): void => {
    attempt(() => {
      const given = givenOf(raw, issuer);
      met.meet(given.certificate, 'met', clock.now());
      keeper.meet(given);
    });
  };
  const ownContext = new OwnContext(server);
  const met = new MetCertificates(learn, (context) => ownContext.certificates(context));
  const name = (given: readonly Given[]): void => {
    for (const { certificate } of given) met.meet(certificate, 'named', clock.now());
  };
  name(known);

  const answer = (certificate: Buffer | null, issuer: Buffer | null, callback: Callback): void => {
    const staple = attempt(() => {
      const presented = certificate === null ? undefined : met.presented(certificate, issuer);
      if (!presented) return undefined;
      const kept = keeper.stapleOf(presented);
      // The keeper has let go of what it was too many for, or what has ended.
      if (!kept && !keeper.isKept(presented)) learn(presented, null);
      return kept;
    });
    callback(null, staple ?? null);
  };
  const check = (socket: TLSSocket): void => {
    attempt(() => met.check(socket));
  };
  let closed: Promise<void> | undefined;
  const close = (): Promise<void> => {
    closed ??= (async () => {
      server.off('OCSPRequest', answer).off('secureConnection', check).off('close', closeSoon);
      server.off('newListener', warn);
      attached.delete(server);
      if (!shared) await keeper.close();
    })();
    return closed;
  };
  const closeSoon = (): void => void close();
  attached.add(server);
  server.on('OCSPRequest', answer).on('secureConnection', check).on('close', closeSoon);
  server.on('newListener', warn);
  return {
    keeper,
    get ready() {
      first.hold();
      return first.over;
    },
    async add(...certificates) {
      const given = certificates.map((input) => readGiven(input));
      name(given);
      const wait = keeper.take(given);
      wait.hold();
      await wait.over;
    },
    close,
    [Symbol.asyncDispose]: close,
  };
}
