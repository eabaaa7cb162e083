/** Where the control socket is. Pure: `run`, `status` and `refresh` find the same place by the same environment. */
import { join } from 'node:path';
import { KeeperError } from '../../errors.ts';
import { type Environment, firstDirectory, isAbsolute } from '../../store/store-path.ts';

/** `sockaddr_un` has 108 bytes on Linux and 104 elsewhere, the zero at the end among them (unix(7)). */
const MAX_BYTES = process.platform === 'linux' ? 107 : 103;
const SYSTEM_PATH = '/run/restaple/control.sock';

/**
 * The first is where `run` listens: the directory that systemd made, root's own, the user's, or the store. Root's does
 * not go by `$XDG_RUNTIME_DIR`, which sudo takes away and which goes itself when root logs out. The others are where a
 * keeper may be that was started in another environment.
 *
 * @param store an absolute path.
 * @param uid 0 for root; absent where there are no users.
 */
export function controlPaths(
  store: string,
  env: Environment,
  uid: number | undefined,
): readonly [string, ...string[]] {
  const own = join(store, 'control.sock');
  const runtime = firstDirectory(env['RUNTIME_DIRECTORY']);
  const user = env['XDG_RUNTIME_DIR'];
  const [first = own, ...others] = new Set([
    ...(runtime === undefined ? [] : [join(runtime, 'control.sock')]),
    ...(uid === 0 ? [SYSTEM_PATH] : []),
    ...(isAbsolute(user) ? [join(user, 'restaple', 'control.sock')] : []),
    own,
    SYSTEM_PATH,
  ]);
  return [first, ...others];
}

/**
 * A longer path is cut off by the system or refused in words of its own.
 *
 * @throws KeeperError `socket-unusable`
 */
export function requireSocketPath(path: string): void {
  const bytes = Buffer.byteLength(path);
  if (bytes <= MAX_BYTES) return;
  const problem = `a socket's path has at most ${MAX_BYTES} bytes, this has ${bytes}: ${path}`;
  throw new KeeperError('socket-unusable', problem);
}
