/** HTTP as bytes on a socket, so that a test says exactly what a client writes and sees exactly what it hears. */
import { once } from 'node:events';
import { type Socket, connect } from 'node:net';

export interface RawAnswer {
  readonly status: number;
  /** By lower-case name. */
  readonly headers: ReadonlyMap<string, string>;
  readonly body: Buffer;
}

/** A connection that takes bytes and gives answers, in the order in which they come. */
export interface RawClient {
  readonly socket: Socket;
  write(bytes: string | Uint8Array): void;
  /** `undefined` when the connection ends before there is another. A HEAD has no body, whatever its headers say. */
  next(method?: string): Promise<RawAnswer | undefined>;
  /** Resolves when the other side has closed. */
  readonly closed: Promise<unknown>;
  close(): void;
}

export async function rawClient(where: number | string): Promise<RawClient> {
  const socket = typeof where === 'number' ? connect(where, '127.0.0.1') : connect(where);
  let bytes: Buffer = Buffer.alloc(0);
  let wake: (() => void) | undefined;
  let isOver = false;
  socket.on('error', () => {});
  socket.on('data', (chunk) => {
    bytes = Buffer.concat([bytes, chunk]);
    wake?.();
  });
  const closed = new Promise<void>((done) => {
    socket.once('close', () => {
      isOver = true;
      wake?.();
      done();
    });
  });
  await Promise.race([once(socket, 'connect').catch(() => {}), closed]);
  return {
    socket,
    closed,
    write: (text) => void socket.write(typeof text === 'string' ? Buffer.from(text, 'latin1') : text),
    close: () => void socket.destroy(),
    async next(method = 'GET') {
      for (;;) {
        const taken = take(bytes, method);
        if (taken) {
          bytes = taken.rest;
          return taken.answer;
        }
        if (isOver) return undefined;
        await new Promise<void>((resolve) => (wake = resolve));
      }
    },
  };
}

function take(bytes: Buffer, method: string): { answer: RawAnswer; rest: Buffer } | undefined {
  const end = bytes.indexOf('\r\n\r\n');
  if (end === -1) return undefined;
  const [first = '', ...lines] = bytes.toString('latin1', 0, end).split('\r\n');
  const headers = new Map(
    lines.map((line): [string, string] => {
      const colon = line.indexOf(':');
      return [line.slice(0, colon).toLowerCase(), line.slice(colon + 1).trim()];
    }),
  );
  const status = Number(first.split(' ')[1]);
  if (status === 100) return take(bytes.subarray(end + 4), method);
  const hasBody = method !== 'HEAD' && status !== 304;
  const stop = end + 4 + (hasBody ? Number(headers.get('content-length')) : 0);
  if (bytes.length < stop) return undefined;
  return { answer: { status, headers, body: bytes.subarray(end + 4, stop) }, rest: bytes.subarray(stop) };
}

/** One request on a connection of its own. */
export async function askRaw(
  where: number | string,
  bytes: string | Uint8Array,
  method?: string,
): Promise<RawAnswer | undefined> {
  const client = await rawClient(where);
  client.write(bytes);
  const answer = await client.next(method);
  client.close();
  return answer;
}
