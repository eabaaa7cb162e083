/** One command on HAProxy's runtime socket, and all that it answers: one connection a command, as the manual has it. */
import { type Socket, connect } from 'node:net';
import { formatDuration } from '../duration.ts';
import { ServerError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { printable } from '../text.ts';

export interface SocketLimits {
  /** For a whole answer, however slowly it drips. */
  readonly answerMs: number;
  /** What HAProxy says about a staple fits one of its buffers, which have 16 KiB unless made larger. */
  readonly answerBytes: number;
}

export const SOCKET_LIMITS: SocketLimits = { answerMs: 10_000, answerBytes: 256 * 1024 };

/** What `sun_path` has room for; a longer path would be cut, and may lead to somebody else. */
const MAX_PATH_BYTES = 107;

/** Nobody listens there: HAProxy is not running, or has not started yet. */
const ABSENT: ReadonlySet<string> = new Set(['ENOENT', 'ECONNREFUSED']);

/**
 * Sends a command with its line end, and its payload if it has one.
 *
 * @returns the answer, trimmed; `undefined` when nobody listens.
 * @throws ServerError `server-refused` when there is no way in, or no end to the answer.
 */
export function askSocket(
  path: string,
  command: string,
  limits: SocketLimits = SOCKET_LIMITS,
): Promise<string | undefined> {
  return new Promise((resolve, reject) => {
    if (Buffer.byteLength(path) > MAX_PATH_BYTES) {
      reject(refused(path, `the path of a socket has at most ${MAX_PATH_BYTES} bytes`));
      return;
    }
    const socket = connect(path);
    const fail = (reason: string): void => void socket.destroy(refused(path, reason));
    const timer = setTimeout(
      () => fail(`no whole answer within ${formatDuration(limits.answerMs)}`),
      limits.answerMs,
    );
    socket.once('close', () => clearTimeout(timer));
    socket.once('error', (error) => {
      if (error instanceof ServerError) reject(error);
      else if (ABSENT.has(codeOf(error))) resolve(undefined);
      else reject(refused(path, systemReason(error), error));
    });
    collect(socket, limits.answerBytes, fail, resolve);
    // The master's socket keeps a connection open until the other side has ended.
    socket.end(command);
  });
}

function collect(
  socket: Socket,
  limit: number,
  fail: (reason: string) => void,
  done: (answer: string) => void,
): void {
  const chunks: Buffer[] = [];
  let length = 0;
  socket.on('data', (chunk: Buffer) => {
    chunks.push(chunk);
    length += chunk.length;
    if (length > limit) fail(`an answer of more than ${limit} bytes`);
  });
  socket.once('end', () => done(Buffer.concat(chunks).toString('latin1').trim()));
}

const refused = (path: string, reason: string, cause?: unknown): ServerError =>
  new ServerError('server-refused', `haproxy at ${printable(path)}: ${printable(reason)}`, { cause });

const codeOf = (error: Error): string => ('code' in error ? String(error.code) : '');
