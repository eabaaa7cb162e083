/** A socket in the file system that is one process's alone; who else may open it, its mode says: nobody, unless asked for. */
import { type Stats, lstatSync, mkdirSync, unlinkSync } from 'node:fs';
import { type Server, connect } from 'node:net';
import { dirname } from 'node:path';
import { attempt } from '../../attempt.ts';
import { KeeperError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import { requireSocketPath } from './socket-path.ts';

/** Another keeper may do the same at the same moment; one of both has it after a round or two. */
const MAX_ROUNDS = 5;
const ONLY_MINE = 0o177;

/**
 * Has `server` listen at `path`. The socket of a process that is no more is replaced, of a living one it is not.
 *
 * @param mask what the mode of the socket leaves out, as umask(2) says it.
 * @throws KeeperError `socket-unusable`
 */
export async function listenAt(server: Server, path: string, mask: number = ONLY_MINE): Promise<void> {
  requireSocketPath(path);
  try {
    mkdirSync(dirname(path), { recursive: true, mode: 0o700 });
    for (let round = 1; ; round++) {
      try {
        await listen(server, path, mask);
        return;
      } catch (error) {
        if (codeOf(error) !== 'EADDRINUSE' || round === MAX_ROUNDS) throw error;
        await clear(path);
      }
    }
  } catch (error) {
    if (error instanceof KeeperError) throw error;
    // `listen EACCES: permission denied PATH`, where all else begins with the code.
    const reason = systemReason(error)
      .replace(` ${path}`, '')
      .replace(/^listen (\w+): (.+)$/, '$2 ($1)');
    const problem = `cannot listen at ${path}: ${reason}`;
    throw new KeeperError('socket-unusable', problem, { cause: error });
  }
}

/**
 * Whoever may open it may ask for requests to be sent, so its mode is right from the moment that it is there: a chmod
 * would come after that. Node binds before `listen` returns.
 */
function listen(server: Server, path: string, mask: number): Promise<void> {
  return new Promise((done, failed) => {
    server.once('error', failed);
    const before = process.umask(mask);
    try {
      server.listen(path, () => {
        server.off('error', failed);
        done();
      });
    } finally {
      process.umask(before);
    }
  });
}

/** Takes away what a dead process left. */
async function clear(path: string): Promise<void> {
  const seen = attempt(() => lstatSync(path));
  if (!seen) return;
  if (!seen.isSocket()) throw new KeeperError('socket-unusable', `${path} is there and is no socket`);
  if (await isAlive(path)) throw new KeeperError('socket-unusable', `another process listens at ${path}`);
  // Another keeper may have cleared it meanwhile and be listening there now.
  const now = attempt(() => lstatSync(path));
  if (now && isSame(now, seen)) unlinkSync(path);
}

const isSame = (a: Stats, b: Stats): boolean => a.ino === b.ino && a.ctimeMs === b.ctimeMs;

/** @throws what keeps one from finding out: it may be somebody else's. */
function isAlive(path: string): Promise<boolean> {
  return new Promise((done, failed) => {
    const probe = connect(path);
    probe.once('connect', () => {
      probe.destroy();
      done(true);
    });
    probe.once('error', (error) => {
      const code = codeOf(error);
      if (code === 'ECONNREFUSED' || code === 'ENOENT') done(false);
      // Its queue is full: it is alive, and busy.
      else if (code === 'EAGAIN') done(true);
      else failed(error);
    });
  });
}

const codeOf = (error: unknown): unknown =>
  error instanceof Error && 'code' in error ? error.code : undefined;
