/** A TLS client that asks for a staple, as browsers do (the `status_request` extension, RFC 6066 section 8). */
import { type ConnectionOptions, type TLSSocketOptions, connect } from 'node:tls';

export interface Handshake {
  readonly port: number;
  /** The name that the server's certificate must have. */
  readonly servername: string;
  /** The root certificate that is trusted, in PEM. */
  readonly ca: string | Buffer;
}

/**
 * The staple that came with a handshake; `undefined` when none did.
 *
 * @throws Error from node:tls when the handshake fails or the server's certificate is not trusted.
 */
export function readStaple({ port, servername, ca }: Handshake): Promise<Buffer | undefined> {
  // Node's types know requestOCSP on the socket only; connect hands it on.
  const options: ConnectionOptions & Pick<TLSSocketOptions, 'requestOCSP'> = {
    host: '127.0.0.1',
    port,
    servername,
    ca,
    requestOCSP: true,
  };
  return new Promise((resolve, reject) => {
    let staple: Buffer | undefined;
    const socket = connect(options);
    // Node calls with null when the server sends none.
    socket.on('OCSPResponse', (response: Buffer | null) => {
      staple = response === null || response.length === 0 ? undefined : response;
    });
    socket.once('error', reject);
    socket.once('secureConnect', () => {
      socket.destroy();
      resolve(staple);
    });
  });
}
