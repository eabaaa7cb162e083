/** An HTTPS server on loopback with a certificate of a root of its own, valid now, for `localhost`. */
import type { RequestListener } from 'node:http';
import { createServer } from 'node:https';
import type { Socket } from 'node:net';
import { TLSSocket, createSecureContext } from 'node:tls';
import { createRoot, createServer as createServerCertificate } from '../../src/demo/pki/entity.ts';
import { generateKey } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { certificatesPem, keyPem } from './files.ts';
import { close, listen } from './loopback.ts';

const DAY = 86_400_000;

export interface TlsIdentity {
  readonly root: Certificate;
  readonly rootPem: string;
  readonly key: string;
  readonly cert: string;
}

/** A root that nobody knows, and a certificate of it for `host`, which ends in `daysLeft`. */
export function createTlsIdentity(host = 'localhost', daysLeft = 1): TlsIdentity {
  const notBefore = new Date(Date.now() - 30 * DAY);
  const notAfter = new Date(Date.now() + DAY);
  const root = createRoot({
    name: name([['CN', 'A root of its own']]),
    keys: generateKey('p256'),
    serial: 1,
    notBefore,
    notAfter,
  });
  const server = createServerCertificate(root, {
    name: name([['CN', host]]),
    keys: generateKey('p256'),
    serial: 2,
    notBefore,
    notAfter: new Date(Date.now() + daysLeft * DAY),
    dns: [host],
  });
  return {
    root: root.certificate,
    rootPem: certificatesPem(root),
    key: keyPem(server),
    cert: certificatesPem(server),
  };
}

let nobodys: TlsIdentity | undefined;

/** The server's side of TLS over a connection, with a certificate of `localhost` that nobody vouches for. */
export function untrustedTls(connection: Socket): TLSSocket {
  nobodys ??= createTlsIdentity();
  const { key, cert } = nobodys;
  const secure = new TLSSocket(connection, {
    isServer: true,
    secureContext: createSecureContext({ key, cert }),
  });
  // A client that does not vouch for it breaks off.
  secure.on('error', () => connection.destroy());
  return secure;
}

export interface HttpsServer {
  readonly port: number;
  close(): Promise<void>;
}

export async function startHttpsServer(identity: TlsIdentity, handle: RequestListener): Promise<HttpsServer> {
  const server = createServer({ key: identity.key, cert: identity.cert }, handle);
  const port = await listen(server);
  return { port, close: () => close(server) };
}
