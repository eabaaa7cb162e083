/** The keeper's end of the control socket: it answers whoever may open it, and is held up by nobody. */
import { type Socket, createServer } from 'node:net';
import type { Controlled } from './controlled.ts';
import { type Limits, converse } from './conversation.ts';
import { listenAt } from './listen.ts';

/** People and scripts ask it; more at a time are none of them. */
const MAX_CLIENTS = 32;

const LIMITS: Limits = { requestMs: 5_000, drainMs: 30_000 };

export interface ControlServer {
  /** Removes the socket, and cuts off whoever is still waiting. */
  close(): Promise<void>;
}

/** @throws KeeperError `socket-unusable` */
export async function serveControl(
  path: string,
  controlled: Controlled,
  limits: Limits = LIMITS,
): Promise<ControlServer> {
  const clients = new Set<Socket>();
  // A client that has said all it has to say may close its end; the answer still comes.
  const server = createServer({ allowHalfOpen: true }, (socket) => {
    clients.add(socket);
    socket.once('close', () => clients.delete(socket));
    void converse(socket, controlled, limits);
  });
  server.maxConnections = MAX_CLIENTS;
  await listenAt(server, path);
  // No file descriptor left for a client: it is refused, and the keeper goes on.
  server.on('error', () => {});
  return {
    close: () =>
      new Promise((done) => {
        server.close(() => done());
        for (const socket of clients) socket.destroy();
      }),
  };
}
