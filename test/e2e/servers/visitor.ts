/** A client that comes again and again while something is done to a server, and remembers every time it was let down. */
import { connect } from 'node:tls';
import { type Presented, readStaple } from '../../../src/probe/tls.ts';

export interface Visitor {
  /** Sees the last visit through, and says how many went well and how the others failed. */
  end(): Promise<{ readonly good: number; readonly failures: readonly string[] }>;
}

/** What a server on 127.0.0.1 presents to a new connection. */
export const presentedBy = (port: number, servername = 'www.example.test'): Promise<Presented> =>
  readStaple({ host: '127.0.0.1', port: String(port), servername }, 30_000);

export async function stapleOf(port: number, servername?: string): Promise<Buffer | undefined> {
  const { staple } = await presentedBy(port, servername);
  return staple;
}

/** Visits over HTTPS, each with a handshake of its own, and the next as soon as one is over. */
export function startVisitor(port: number): Visitor {
  const failures: string[] = [];
  let good = 0;
  let isOver = false;
  const again = async (): Promise<void> => {
    await visit(port).then(
      () => good++,
      (error: unknown) => failures.push(String(error)),
    );
    if (!isOver) await again();
  };
  const visits = again();
  return {
    async end() {
      isOver = true;
      await visits;
      return { good, failures };
    },
  };
}

function visit(port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect({ host: '127.0.0.1', port, rejectUnauthorized: false });
    let answer = '';
    socket.on('data', (chunk: Buffer) => (answer += chunk.toString()));
    socket.once('error', reject);
    socket.once('close', () => {
      if (answer.startsWith('HTTP/1.1 200 ')) resolve();
      else reject(new Error(`it closed the connection after "${answer}"`));
    });
    socket.write('GET / HTTP/1.1\r\nHost: www.example.test\r\nConnection: close\r\n\r\n');
  });
}
