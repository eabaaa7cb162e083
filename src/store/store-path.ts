/** Where staples rest. Pure: `run` and `status` find the same place by the same environment. */
import { join, resolve } from 'node:path';
import { KeeperError } from '../errors.ts';

export type Environment = Readonly<Record<string, string | undefined>>;

/**
 * `given` is what the user named; `$STATE_DIRECTORY` is what systemd made for the unit; `uid` is 0 for root, absent where
 * there are no users.
 *
 * @returns an absolute path of a directory that need not be there.
 * @throws KeeperError `store-not-found` in a process without a home.
 */
export function storePath(given: string | undefined, env: Environment, uid: number | undefined): string {
  if (given !== undefined) return resolve(given);
  const path = firstDirectory(env['STATE_DIRECTORY']) ?? ownStore(env, uid);
  if (path !== undefined) return path;
  throw new KeeperError('store-not-found', 'no place for a store: neither --store nor HOME is set');
}

function ownStore({ XDG_STATE_HOME: state, HOME: home }: Environment, uid?: number): string | undefined {
  if (uid === 0) return '/var/lib/restaple';
  if (isAbsolute(state)) return join(state, 'restaple');
  return isAbsolute(home) ? join(home, '.local', 'state', 'restaple') : undefined;
}

/** Of the directories that systemd made for a unit, separated by colons (systemd.exec, RuntimeDirectory=). */
export function firstDirectory(list: string | undefined): string | undefined {
  const [first] = list?.split(':') ?? [];
  return isAbsolute(first) ? first : undefined;
}

/** The XDG specification has relative paths ignored. */
export const isAbsolute = (path: string | undefined): path is string => path?.startsWith('/') === true;
