import type { AddressInfo, Server as NetServer } from 'node:net';
import type { IncomingMessage, Server } from 'node:http';

/** Starts a server on a free port of 127.0.0.1, or of `host`. */
export function listen(server: NetServer, host = '127.0.0.1'): Promise<number> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(0, host, () => {
      const { port }: AddressInfo = Object(server.address());
      resolve(port);
    });
  });
}

/** Breaks every connection and stops. */
export function close(server: Server): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    server.closeAllConnections();
  });
}

/** The whole body of a request or an answer. */
export async function bodyOf(message: IncomingMessage): Promise<Buffer> {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(Buffer.from(chunk));
  return Buffer.concat(chunks);
}
