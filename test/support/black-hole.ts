/**
 * An address that swallows connections, as a firewall that drops packets does: a listener whose process is stopped and
 * whose queue is full, so that the kernel lets every further SYN fall.
 */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

const LISTENER = `
  const [host, port] = process.argv.slice(1);
  const serve = (socket) => socket.once('data', () => socket.end('HTTP/1.1 200 OK\\r\\nContent-Length: 4\\r\\n\\r\\nfine'));
  require('node:net').createServer(serve).listen({ host, port, backlog: 1 }, () => process.stdout.write('listening'));
`;

/** More than a backlog of one holds. */
const FILLING = 8;

export interface BlackHole {
  /** Lets connections in from now on, and answers each: as an address that is far away, but there. */
  open(): void;
  close(): void;
}

export async function startBlackHole(host: string, port: number): Promise<BlackHole> {
  const child = spawn(process.execPath, ['-e', LISTENER, host, String(port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await Promise.race([
    once(child.stdout, 'data'),
    once(child, 'exit').then(() => {
      throw new Error(`cannot listen on ${host}`);
    }),
  ]);
  child.kill('SIGSTOP');
  const sockets: Socket[] = Array.from({ length: FILLING }, () =>
    connect({ host, port }).on('error', () => undefined),
  );
  // Those that the kernel takes are taken in order; the last one never is.
  await Promise.race(sockets.map((socket) => once(socket, 'connect')));
  return {
    open() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGCONT');
    },
    close() {
      for (const socket of sockets) socket.destroy();
      child.kill('SIGKILL');
    },
  };
}
