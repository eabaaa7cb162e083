/** What a TLS server that is asked without ado presents, and what it staples. */
import { connect } from 'node:net';
import { formatDuration } from '../duration.ts';
import { type Presented, handshake } from './handshake.ts';
import { Tap } from './tap.ts';

export type { Presented } from './handshake.ts';

export interface TlsServer {
  /** A name or an IP address without brackets: where to connect. */
  readonly host: string;
  readonly port: string;
  /** The name that the server is asked for; none is sent for an IP address. */
  readonly servername: string;
  /** The signatures that are taken, in OpenSSL's words: a server that has several certificates chooses by them. */
  readonly sigalgs?: string | undefined;
}

export type ReadStaple = (server: TlsServer, timeoutMs: number) => Promise<Presented>;

/** @throws Error of node:net or node:tls, or one that says that time ran off. */
export const readStaple: ReadStaple = async ({ host, port, servername, sigalgs }, timeoutMs) => {
  const socket = connect({ host, port: Number(port) });
  const timer = setTimeout(
    () => socket.destroy(new Error(`no TLS connection within ${formatDuration(timeoutMs)}`)),
    timeoutMs,
  );
  try {
    const { chain, staple } = await handshake(
      new Tap(socket),
      servername,
      sigalgs === undefined ? {} : { sigalgs },
    );
    return { chain, staple };
  } finally {
    clearTimeout(timer);
    socket.destroy();
  }
};
