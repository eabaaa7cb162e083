/** What is kept, by whoever knows: the running keeper, or the store where none runs. */
import { readdirSync } from 'node:fs';
import { KeeperError, InputError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import { type KeeperStatus, askStatus } from '../../keeper/control/client.ts';
import { controlPaths } from '../../keeper/control/socket-path.ts';
import type { CertificateView } from '../../keeper/view.ts';
import { storePath } from '../../store/store-path.ts';
import type { Io } from '../io.ts';
import { viewsInStore } from './store-views.ts';

export interface Kept {
  /** The keeper that said so, and its socket; `undefined` when it is the store that is read. */
  readonly keeper: (Omit<KeeperStatus, 'views'> & { readonly socket: string }) | undefined;
  /** The store that was read. */
  readonly store: string | undefined;
  readonly views: readonly CertificateView[];
}

export interface KeptFlags {
  readonly control: string | undefined;
  readonly store: string | undefined;
}

/** @throws KeeperError when there is neither, and InputError `file-unreadable` for a store that is there. */
export async function loadKept(flags: KeptFlags, io: Io): Promise<Kept> {
  try {
    const { socket, answer } = await firstKeeper(flags, io, askStatus);
    const { views, ...facts } = answer;
    return { keeper: { ...facts, socket }, store: undefined, views };
  } catch (error) {
    if (!isNobody(error)) throw error;
    const store = storePath(flags.store, io.env, userId());
    requireStore(store, error);
    return { keeper: undefined, store, views: await viewsInStore(store, io.now().getTime()) };
  }
}

/**
 * Asks the first keeper that is there.
 *
 * @throws KeeperError `keeper-not-running` with all places that were tried, and what `ask` throws of a keeper that is.
 */
export async function firstKeeper<T>(
  { control, store }: KeptFlags,
  { env }: Io,
  ask: (socket: string) => Promise<T>,
): Promise<{ readonly socket: string; readonly answer: T }> {
  const uid = userId();
  const sockets = control === undefined ? controlPaths(storePath(store, env, uid), env, uid) : [control];
  const nobody: KeeperError[] = [];
  for (const socket of sockets) {
    try {
      return { socket, answer: await ask(socket) };
    } catch (error) {
      if (!isNobody(error)) throw error;
      nobody.push(error);
    }
  }
  const [first, ...others] = nobody;
  if (first && others.length === 0) throw first;
  throw new KeeperError('keeper-not-running', nobody.map(({ message }) => message).join('; '));
}

const userId = (): number | undefined => process.getuid?.();

const isNobody = (error: unknown): error is KeeperError =>
  error instanceof KeeperError && (error.code === 'keeper-not-running' || error.code === 'socket-unusable');

/** @throws `nobody` when the store is not there either. */
function requireStore(store: string, nobody: KeeperError): void {
  try {
    readdirSync(store);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') {
      const problem = `no store at ${store}, and ${nobody.message}`;
      throw new KeeperError('store-not-found', problem, { cause: error });
    }
    throw new InputError('file-unreadable', `cannot be read: ${systemReason(error)}`, store, {
      cause: error,
    });
  }
}
