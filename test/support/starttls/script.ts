/**
 * A server that follows a recorded dialogue and then speaks TLS: what it says and what it waits for, in turn. What a client
 * says out of turn or otherwise than recorded ends the connection.
 */
import { type Socket, createServer } from 'node:net';
import { type TlsOptions, createServer as createTlsServer } from 'node:tls';
import { listen } from '../loopback.ts';

/** `say` is sent; `hear` is what the client must send, to the byte. */
export type Step = { readonly say: string | Uint8Array } | { readonly hear: string | Uint8Array };

/** The same, a byte at a time. */
export const pieces = (say: string): readonly Step[] => Array.from(say, (byte) => ({ say: byte }));

/** How it goes on after the steps; `drip` says a byte again and again. */
export type Ending = 'tls' | 'hang up' | 'reset' | 'silence' | { readonly drip: string };

export interface ScriptedServer {
  readonly port: number;
  /** What clients did otherwise than recorded. */
  readonly wrong: readonly string[];
  close(): Promise<void>;
}

export async function startScript(
  steps: readonly Step[],
  tls: TlsOptions,
  staple: Buffer,
  ending: Ending = 'tls',
): Promise<ScriptedServer> {
  const wrong: string[] = [];
  const sockets = new Set<Socket>();
  const secure = createTlsServer(tls);
  secure.on('OCSPRequest', (_certificate, _issuer, give) => give(null, staple));
  secure.on('tlsClientError', () => {});
  secure.on('secureConnection', (socket) => socket.on('error', () => {}));
  const play = async (socket: Socket): Promise<void> => {
    await follow(socket, steps);
    if (ending === 'tls') secure.emit('connection', socket);
    else if (ending === 'hang up') socket.end();
    else if (ending === 'reset') socket.resetAndDestroy();
    else if (ending !== 'silence') drip(socket, ending.drip);
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    socket.on('error', () => socket.destroy());
    play(socket).catch((error: unknown) => {
      wrong.push(String(error));
      socket.destroy();
    });
  });
  const port = await listen(server);
  return {
    port,
    wrong,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        for (const socket of sockets) socket.destroy();
      }),
  };
}

async function follow(socket: Socket, steps: readonly Step[]): Promise<void> {
  for (const step of steps) {
    if ('say' in step) socket.write(step.say);
    else await hear(socket, Buffer.from(step.hear));
  }
}

async function hear(socket: Socket, wanted: Buffer): Promise<void> {
  let got = Buffer.alloc(0);
  while (got.length < wanted.length) {
    const chunk = await next(socket);
    if (chunk === undefined) throw new Error(`heard ${shown(got)} and then nothing, for ${shown(wanted)}`);
    got = Buffer.concat([got, chunk]);
  }
  if (!got.subarray(0, wanted.length).equals(wanted))
    throw new Error(`heard ${shown(got)} for ${shown(wanted)}`);
  // MySQL's client goes on to TLS without waiting.
  if (got.length > wanted.length) socket.unshift(got.subarray(wanted.length));
}

const shown = (bytes: Buffer): string => JSON.stringify(bytes.toString('latin1'));

function next(socket: Socket): Promise<Buffer | undefined> {
  return new Promise((resolve) => {
    const over = (): void => done(undefined);
    const done = (chunk: Buffer | undefined): void => {
      socket.pause().off('data', done).off('close', over).off('end', over);
      resolve(chunk);
    };
    if (socket.destroyed) over();
    else socket.once('data', done).once('close', over).once('end', over).resume();
  });
}

/** The next byte follows when the one before is on its way. */
function drip(socket: Socket, byte: string): void {
  if (!socket.destroyed) socket.write(byte, () => setImmediate(drip, socket, byte));
}
