/** A client of a mail server that speaks TLS after STARTTLS, as other mail servers do. */
import { once } from 'node:events';
import { type Socket, connect as connectTcp } from 'node:net';
import { type ConnectionOptions, type TLSSocket, connect as connectTls } from 'node:tls';

/** @returns the staple of a new connection, on which a command was answered after the handshake. */
export async function visitMail(port: number): Promise<Buffer | undefined> {
  const plain = connectTcp(port, '127.0.0.1');
  let secure: TLSSocket | undefined;
  try {
    await answered(plain, '220');
    await say(plain, 'EHLO localhost', '250');
    await say(plain, 'STARTTLS', '220');
    const options: ConnectionOptions & { requestOCSP: boolean } = {
      socket: plain,
      requestOCSP: true,
      rejectUnauthorized: false,
    };
    let staple: Buffer | undefined;
    secure = connectTls(options);
    secure.once('OCSPResponse', (response: Buffer | null) => (staple = response ?? undefined));
    await once(secure, 'secureConnect');
    await say(secure, 'EHLO localhost', '250');
    return staple;
  } finally {
    secure?.destroy();
    plain.destroy();
  }
}

export interface MailVisitor {
  /** Sees the last visit through; the staple of each one that went well, and how the others failed. */
  end(): Promise<{ readonly staples: readonly (Buffer | undefined)[]; readonly failures: readonly string[] }>;
}

/** Visits again and again, the next time as soon as one is over. */
export function startMailVisitor(port: number): MailVisitor {
  const staples: (Buffer | undefined)[] = [];
  const failures: string[] = [];
  const over = new AbortController();
  const visits = (async () => {
    do {
      await visitMail(port).then(
        (staple) => staples.push(staple),
        (error: unknown) => failures.push(String(error)),
      );
    } while (!over.signal.aborted);
  })();
  return {
    async end() {
      over.abort();
      await visits;
      return { staples, failures };
    },
  };
}

async function say(socket: Socket, line: string, code: string): Promise<void> {
  const answer = answered(socket, code);
  socket.write(`${line}\r\n`);
  await answer;
}

/** The last line of an answer has no hyphen after its code. */
async function answered(socket: Socket, code: string): Promise<void> {
  let text = '';
  await new Promise<void>((resolve, reject) => {
    const read = (chunk: Buffer): void => {
      text += chunk.toString();
      if (/^\d{3} .*\r\n$/m.test(text)) resolve();
    };
    socket.on('data', read).once('error', reject);
    socket.once('close', () => reject(new Error(`it closed the connection after "${text}"`)));
  });
  socket.removeAllListeners('data');
  if (!text.startsWith(code)) throw new Error(text);
}
