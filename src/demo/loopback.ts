/** Servers of this machine alone: on loopback, on ports that were free. */
import type { AddressInfo, Server, Socket } from 'node:net';

export interface Listener {
  readonly port: number;
  /** Breaks every connection and gives the port back. */
  close(): Promise<void>;
}

/** Another program may hold the same port of the other family: then another port is tried, so many times. */
const ATTEMPTS = 8;

/**
 * Listens on 127.0.0.1; on a free port unless `port` is given.
 *
 * @throws the system's error when the port is taken or the address is not there.
 */
export async function listen(server: Server, host = '127.0.0.1', port = 0): Promise<Listener> {
  const sockets = new Set<Socket>();
  // By hand, because a server's own lists leave out connections on which nothing has been said yet.
  server.on('connection', (socket: Socket) => {
    sockets.add(socket);
    socket.once('close', () => sockets.delete(socket));
  });
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject);
    server.listen(port, host, resolve);
  });
  const { port: taken }: AddressInfo = Object(server.address());
  return {
    port: taken,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

/**
 * Listens on one port of 127.0.0.1 and, where this machine has it, of ::1: `localhost` means both, and which one a
 * program tries first is its own affair. `make` makes a server for each.
 */
export async function listenAsLocalhost(make: () => Server): Promise<Listener> {
  for (let attempt = 1; ; attempt++) {
    const v4 = await listen(make());
    try {
      const v6 = await listen(make(), '::1', v4.port);
      return {
        port: v4.port,
        close: async () => {
          await Promise.all([v4.close(), v6.close()]);
        },
      };
    } catch (error) {
      const taken = error instanceof Error && 'code' in error && error.code === 'EADDRINUSE';
      if (!taken) return v4;
      await v4.close();
      if (attempt === ATTEMPTS) throw error;
    }
  }
}
