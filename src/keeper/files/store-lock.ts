/**
 * One keeper a store, held by a Unix socket in it: whoever can be reached there is alive, and a socket whose process was
 * killed refuses every connection. So nothing is left behind that has to be believed: no process number that another
 * has by now, none of another container, no age. (Node has no flock.)
 *
 * Each claimant listens under a random name of its own, and only then looks at the others; a socket is put under its
 * name while it listens already, so one that refuses is dead for good and anybody may remove it. Then:
 * - whoever meets an owner gives up;
 * - whoever meets a claimant with a smaller name gives up; one with a greater name is waited for, because it may have
 *   looked before this one was there, and be the owner the next moment;
 * - whoever met nobody is the owner.
 * Of two that are both alive at least one sees the other, so two are never owners; the smallest name gives up to nobody
 * but an owner, so there is one in the end.
 *
 * Machines that share a store over a network do not reach each other's sockets. Two keepers on one store do no harm:
 * every file changes whole, and only for a better staple; they ask twice.
 */
import { randomBytes } from 'node:crypto';
import { closeSync, openSync, readdirSync, renameSync, rmSync, statSync } from 'node:fs';
import { type Server, connect, createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { attempt } from '../../attempt.ts';
import { InputError, KeeperError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import { makeDirectory } from '../../store/make-directory.ts';

/** Held until it is released, or the process ends. */
export interface StoreLock {
  release(): Promise<void>;
}

/** `sun_path` has 108 bytes on Linux and 104 on the BSDs, with the zero at its end. */
const MAX_PATH_BYTES = 103;
/** An owner that is stopped, or busy for this long, is one all the same. */
const PATIENCE_MS = 3_000;
const LOOK_AGAIN_MS = 20;
/** A claimant that was killed before its socket got its name. */
const ABANDONED_MS = 3_600_000;
const NAME = /^[0-9a-f]{16}$/;

type Condition = { readonly state: 'claiming' | 'owner'; readonly pid: string } | 'dead' | 'dying';

/**
 * @param store a directory, which is made if it is not there.
 * @throws KeeperError `store-locked` when another keeper has it.
 * @throws InputError `output-unwritable`
 */
export async function lockStore(store: string): Promise<StoreLock> {
  const place = openPlace(store);
  let claim: Claim | undefined;
  try {
    claim = await Claim.in(place);
    for (const other of place.names())
      if (other !== claim.name) await outlast(claim.name, other, place, store);
    claim.state = 'owner';
    const held = claim;
    return {
      release: async () => {
        await held.end();
        place.close();
      },
    };
  } catch (error) {
    await claim?.end();
    place.close();
    throw error;
  }
}

/** True when a keeper has the store, as far as that can be seen: for whoever may not write there. Never throws. */
export async function hasKeeper(store: string): Promise<boolean> {
  const place = attempt(() => openPlace(store));
  try {
    for (const name of (place && attempt(() => place.names())) ?? []) {
      const met = place && (await conditionOf(place.socket(name)));
      if (met !== 'dead' && met !== 'dying') return true;
    }
    return false;
  } finally {
    place?.close();
  }
}

/** Resolves when `other` is no rival any more. @throws KeeperError `store-locked` */
async function outlast(own: string, other: string, place: Place, store: string): Promise<void> {
  let pid: string | undefined;
  for (let waitedMs = 0; waitedMs < PATIENCE_MS; waitedMs += LOOK_AGAIN_MS) {
    const met = await conditionOf(place.socket(other));
    if (met === 'dead') {
      place.remove(other);
      return;
    }
    if (met !== 'dying') {
      ({ pid } = met);
      if (met.state === 'owner' || other < own) break;
    }
    await sleep(LOOK_AGAIN_MS);
  }
  const who = pid === undefined || pid === '' ? '' : `, process ${pid}`;
  throw new KeeperError('store-locked', `another keeper has the store ${store}${who}`);
}

function conditionOf(path: string): Promise<Condition> {
  return new Promise((resolve) => {
    let words = '';
    const socket = connect(path);
    const done = (condition: Condition): void => {
      socket.destroy();
      resolve(condition);
    };
    socket.setTimeout(PATIENCE_MS, () => done({ state: 'owner', pid: '' }));
    socket.on('data', (chunk) => {
      words += chunk.toString('latin1');
      const [, state, pid = ''] = /^(claiming|owner) (\d{1,20})\n/.exec(words) ?? [];
      if (state === 'claiming' || state === 'owner') done({ state, pid });
      else if (words.length > 100) done({ state: 'owner', pid: '' });
    });
    socket.on('end', () => done('dying'));
    socket.on('error', (error) => {
      const code = 'code' in error ? error.code : undefined;
      if (code === 'ECONNREFUSED' || code === 'ENOENT') done('dead');
      else if (code === 'ECONNRESET' || code === 'EPIPE') done('dying');
      // Not allowed in, or too many before the door: somebody is there.
      else done({ state: 'owner', pid: '' });
    });
  });
}

class Claim {
  readonly name: string;
  state: 'claiming' | 'owner' = 'claiming';
  readonly #place: Place;
  readonly #server: Server;

  private constructor(name: string, place: Place) {
    this.name = name;
    this.#place = place;
    this.#server = createServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(`${this.state} ${process.pid}\n`);
      socket.resume();
    }).unref();
  }

  static async in(place: Place): Promise<Claim> {
    const name = randomBytes(8).toString('hex');
    const claim = new Claim(name, place);
    const unnamed = `.${name}`;
    await new Promise<void>((resolve, reject) => {
      claim.#server.once('error', (error) => reject(place.unusable(error)));
      claim.#server.listen(place.socket(unnamed), resolve);
    });
    try {
      place.rename(unnamed, name);
    } catch (error) {
      await claim.end();
      throw place.unusable(error);
    }
    return claim;
  }

  async end(): Promise<void> {
    this.#place.remove(this.name);
    await new Promise((resolve) => this.#server.close(resolve));
  }
}

/** The directory of the sockets. */
interface Place {
  names(): readonly string[];
  /** A path of a socket in it that is short enough. */
  socket(name: string): string;
  rename(from: string, to: string): void;
  remove(name: string): void;
  unusable(error: unknown): InputError;
  close(): void;
}

/** @throws InputError `output-unwritable` */
function openPlace(store: string): Place {
  const directory = join(store, 'lock');
  const unusable = (error: unknown): InputError => {
    const reason = `cannot lock the store ${store}: ${systemReason(error)}`;
    return new InputError('output-unwritable', reason, store, { cause: error });
  };
  let handle: number | undefined;
  try {
    makeDirectory(directory);
    const isLong = Buffer.byteLength(join(directory, `.${'0'.repeat(16)}`)) > MAX_PATH_BYTES;
    if (isLong) handle = openSync(directory, 'r');
  } catch (error) {
    throw unusable(error);
  }
  // Linux leads from there to the directory, however long its own path is.
  const short = handle === undefined ? directory : `/proc/self/fd/${handle}`;
  const before = Date.now() - ABANDONED_MS;
  const all = attempt(() => readdirSync(directory)) ?? [];
  for (const path of all.filter((name) => name.startsWith('.')).map((name) => join(directory, name))) {
    const left = attempt(() => statSync(path));
    if (left && left.mtimeMs < before) attempt(() => rmSync(path));
  }
  return {
    names: () => readdirSync(directory).filter((name) => NAME.test(name)),
    socket: (name) => join(short, name),
    rename: (from, to) => renameSync(join(directory, from), join(directory, to)),
    remove: (name) => {
      attempt(() => rmSync(join(directory, name), { force: true }));
    },
    unusable,
    close: () => {
      if (handle !== undefined) closeSync(handle);
    },
  };
}
