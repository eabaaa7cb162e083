/** Where the relay listens, as a config or an option spells it. Pure. */
import { isIP } from 'node:net';
import { isAbsolute } from 'node:path';
import { addressPort } from '../../http/place.ts';

export type Listen =
  | { readonly type: 'tcp'; readonly host: string; readonly port: number }
  | { readonly type: 'socket'; readonly path: string };

/** For messages. */
export const LISTEN_FORM =
  'an IP address with a port, such as 127.0.0.1:2560 or [::1]:2560, localhost:2560, or the absolute path of a socket';

/** `127.0.0.1:2560`, `[::1]:2560`, `localhost:2560` or `/run/restaple/relay.sock`; `undefined` for anything else. */
export function parseListen(text: string): Listen | undefined {
  if (isAbsolute(text)) return /[\0\n]/.test(text) ? undefined : { type: 'socket', path: text };
  const [, bracketed, bare, digits] = /^(?:\[([\d.:a-f]+)\]|(localhost|[\d.]+)):(\d{1,5})$/i.exec(text) ?? [];
  const host = (bracketed ?? bare ?? '').toLowerCase();
  const port = Number(digits);
  const isHost = host === 'localhost' || isIP(host) === (bracketed === undefined ? 4 : 6);
  return isHost && port <= 65_535 ? { type: 'tcp', host, port } : undefined;
}

export function formatListen(listen: Listen): string {
  return listen.type === 'socket' ? listen.path : addressPort(listen.host, String(listen.port));
}
