/** Whether a TCP connection can be had: nothing is sent over it. */
import { connect } from 'node:net';
import { getSystemErrorMap } from 'node:util';
import { formatDuration } from '../duration.ts';

/** Resolves to `undefined` when the connection was made, else to why it was not. `address` is an IP address. */
export type TryConnection = (address: string, port: string, timeoutMs: number) => Promise<string | undefined>;

export const tryConnection: TryConnection = (address, port, timeoutMs) =>
  new Promise((resolve) => {
    const socket = connect({ host: address, port: Number(port) });
    const end = (reason: string | undefined): void => {
      socket.destroy();
      resolve(reason);
    };
    socket.setTimeout(timeoutMs, () => end(`no connection within ${formatDuration(timeoutMs)}`));
    socket.once('connect', () => end(undefined));
    socket.once('error', (error) => end(words(error)));
  });

/** `connection refused (ECONNREFUSED)` */
function words(error: Error): string {
  const errno = 'errno' in error ? Number(error.errno) : 0;
  const [code, text] = getSystemErrorMap().get(errno) ?? [];
  return code === undefined ? error.message : `${text} (${code})`;
}
