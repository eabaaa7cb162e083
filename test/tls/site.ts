/** Sites on this machine: certificates whose responder runs on loopback, and a client that asks for staples. */
import {
  type ConnectionOptions,
  type Server,
  type TlsOptions,
  createServer as createTlsServer,
  type TLSSocketOptions,
  connect,
} from 'node:tls';
import { type Entity, type ServerOptions, createServer } from '../../src/demo/pki/entity.ts';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import type { StapleKeeperOptions } from '../../src/tls/options.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { testKeys } from '../support/keys.ts';
import { type Responder, type ResponderOptions, startResponder } from '../support/ocsp-responder.ts';
import { type TestPki, createTestPki, shift } from '../support/pki.ts';

export const HOUR = 3_600_000;
const DAY = 24 * HOUR;
export const pki: TestPki = createTestPki({ now: new Date() });

let serial = 0x20_0000;

/** A site with its certificate, as the options of a TLS server. */
export interface Site {
  readonly entity: Entity;
  readonly key: string;
  /** With its issuer. */
  readonly cert: string;
  /** The staple that a client got is good for it, now. */
  accepts(staple: Buffer | undefined): boolean;
}

export function site(
  responder: Pick<Responder, 'url'>,
  dns: string,
  more: Partial<ServerOptions> & { readonly kind?: KeyKind } = {},
): Site {
  serial += 1;
  const entity = createServer(pki.issuer, {
    name: name([['CN', dns]]),
    keys: testKeys(more.kind ?? 'p256', 3),
    serial,
    notBefore: shift(new Date(), -10 * DAY),
    notAfter: shift(new Date(), 30 * DAY),
    dns: [dns],
    ocspUrls: [responder.url],
    ...more,
  });
  return {
    entity,
    key: keyPem(entity),
    cert: certificatesPem(entity, pki.issuer),
    accepts: (staple) => staple !== undefined && isGood(staple, entity),
  };
}

function isGood(staple: Buffer, { certificate }: Entity): boolean {
  verifyStaple(staple, { certificate, issuer: pki.issuer.certificate, now: new Date() });
  return true;
}

/** The responder is on this machine, where no certificate leads unless it is told that it may. */
export const HERE: Pick<StapleKeeperOptions, 'http'> = { http: { allowPrivate: true } };

/** Runs `use` beside a responder that calls everything good. */
export async function withResponder(
  use: (responder: Responder) => Promise<void>,
  options: Partial<ResponderOptions> = {},
): Promise<void> {
  const responder = await startResponder({
    pki,
    now: () => shift(new Date(), -HOUR),
    defaultStatus: { type: 'good' },
    ...options,
  });
  try {
    await use(responder);
  } finally {
    await responder.close();
  }
}

export interface Handshake {
  readonly staple: Buffer | undefined;
  /** The server's certificate in DER. */
  readonly certificate: Buffer;
  readonly protocol: string | null;
}

/** @throws Error when the handshake fails. */
export function handshake(port: number, options: ConnectionOptions = {}): Promise<Handshake> {
  // Node's types know requestOCSP on the socket only; connect hands it on.
  const all: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    host: '127.0.0.1',
    port,
    rejectUnauthorized: false,
    requestOCSP: true,
    ...options,
  };
  return new Promise((resolve, reject) => {
    let staple: Buffer | undefined;
    const socket = connect(all);
    socket.on('OCSPResponse', (response: Buffer | null) => {
      staple = response === null || response.length === 0 ? undefined : response;
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      resolve({ staple, certificate: socket.getPeerCertificate().raw, protocol: socket.getProtocol() });
      // A client that breaks the connection is gone before the server knows that the handshake is over.
      socket.end().resume();
    });
  });
}

/** A bare TLS server that ends when its client does. */
export function serve(options: TlsOptions): Server {
  return createTlsServer(options, (socket) => {
    socket.on('error', () => socket.destroy()).resume();
  });
}

/** Resolves when the last connection is over. */
export const end = (server: Server): Promise<unknown> => new Promise((resolve) => server.close(resolve));
