/** A keeper that keeps what a test says: behind the real socket, in place of the one that asks responders. */
import { join } from 'node:path';
import type { Controlled } from '../../src/keeper/control/controlled.ts';
import { type ControlServer, serveControl } from '../../src/keeper/control/server.ts';
import type { Limits } from '../../src/keeper/control/conversation.ts';
import type { CertificateView } from '../../src/keeper/view.ts';
import { withTempDir } from './files.ts';
import { NOW } from './pki.ts';

export const HOUR = 3_600_000;
const now = NOW.getTime();

/** A certificate of /etc/ssl with a good staple, a quarter of whose twelve hours is over. */
export function view(name: string, more: Partial<CertificateView> = {}): CertificateView {
  return {
    key: Buffer.from(name).toString('hex').padEnd(64, '0').slice(0, 64),
    certificate: `/etc/ssl/${name}`,
    files: [`/etc/ssl/${name.replace(/\.\w+$/, '')}.ocsp`],
    state: 'good',
    mustStaple: false,
    responder: 'http://ocsp.example.test/',
    thisUpdate: now - 3 * HOUR,
    validUntil: now + 9 * HOUR,
    nextAt: now + 3 * HOUR,
    isAsking: false,
    failures: 0,
    error: undefined,
    alarm: undefined,
    ...more,
  };
}

/** Without a staple. */
export const bare = (name: string, more: Partial<CertificateView> = {}): CertificateView =>
  view(name, { thisUpdate: undefined, validUntil: undefined, nextAt: undefined, ...more });

export function keeperOf(views: Iterable<CertificateView>, more: Partial<Controlled> = {}): Controlled {
  return {
    about: () => ({ pid: 4711, version: '0.1.0', startedAt: now - 24 * HOUR }),
    views: () => views,
    refresh: () => Promise.resolve(undefined),
    rescan: () => Promise.resolve(),
    ...more,
  };
}

/** Runs `use` with the socket of a keeper, which is closed afterwards. */
export function withKeeper<T>(
  controlled: Controlled,
  use: (socket: string, server: ControlServer) => Promise<T>,
  limits?: Limits,
): Promise<T> {
  return withTempDir(async (dir) => {
    const socket = join(dir, 'control.sock');
    const server = await serveControl(socket, controlled, limits);
    try {
      return await use(socket, server);
    } finally {
      await server.close();
    }
  });
}
