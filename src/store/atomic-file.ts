/**
 * A file that changes from the old content to the new with nothing between, whatever happens meanwhile: a temporary
 * file in the same directory, synced, renamed over the old one, and the directory synced, so that the rename itself
 * outlives a power cut.
 *
 * Only the syncs wait for the disk, and so leave the thread to others; all else is done before a thread of the pool
 * would have been woken for it.
 */
import {
  type Stats,
  closeSync,
  fchmodSync,
  fchownSync,
  fstatSync,
  fsync,
  futimesSync,
  openSync,
  readdirSync,
  renameSync,
  statSync,
  statfsSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { promisify } from 'node:util';
import { attempt } from '../attempt.ts';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { linkTarget } from './link-target.ts';

/** A staple is public, and servers read it as other users. */
const NEW_FILE_MODE = 0o644;
const TEMPORARY = /^\.restaple-\d+-\d+\.tmp$/;
/** A temporary file this old belongs to a process that was killed. */
const ABANDONED_MS = 3_600_000;

/** A complete, synced temporary file beside its target, which stays until one of the two is called. */
export interface PreparedFile {
  /** @throws InputError `output-unwritable`; nothing is left behind then. */
  commit(): Promise<void>;
  /** Does nothing after a commit. */
  discard(): void;
}

const sync = promisify(fsync);

/** tmpfs and ramfs (statfs(2)): memory, of which nothing is written anywhere, so that a sync has nothing to do. */
const IN_MEMORY: ReadonlySet<number> = new Set([0x01021994, 0x858458f6]);

/** Asked anew for each file: a disk may be mounted where memory was. */
const isInMemory = (directory: string): boolean =>
  IN_MEMORY.has(attempt(() => statfsSync(directory).type) ?? 0);

let counter = 0;
const swept = new Set<string>();
/** Temporary files that are neither moved nor removed yet. */
const live = new Set<string>();

/** For a process that is about to end in the middle of its work. */
export function removeTemporaries(): void {
  for (const temporary of live) remove(temporary);
}

/** For one of several threads: under one process number, each counts from a number of its own. */
export function numberTemporariesFrom(first: number): void {
  counter = first;
}

function remove(temporary: string): void {
  live.delete(temporary);
  attempt(() => unlinkSync(temporary));
}

/**
 * Writes `bytes` where `commit` can move them to `path`. Mode and owner of the file that is there are kept, a
 * symbolic link is followed. `modified` is the time that the file shall have, where not the present one.
 *
 * @throws InputError `output-unwritable`; nothing is left behind.
 */
export async function prepareFile(path: string, bytes: Uint8Array, modified?: Date): Promise<PreparedFile> {
  try {
    const { target, present } = linkTarget(path);
    if (present && !present.isFile())
      throw new InputError('output-unwritable', `cannot write ${path}: is no regular file`, path);
    const directory = dirname(target);
    sweep(directory);
    const isLasting = !isInMemory(directory);
    const temporary = await writeTemporary(directory, bytes, { present, modified, isLasting });
    return {
      commit: async () => {
        move(path, temporary, target);
        if (isLasting) await directorySynced(directory);
      },
      discard: () => {
        if (live.has(temporary)) remove(temporary);
      },
    };
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** @throws InputError `output-unwritable`; the file that was there is untouched then. */
export async function writeFileAtomically(path: string, bytes: Uint8Array, modified?: Date): Promise<void> {
  const prepared = await prepareFile(path, bytes, modified);
  await prepared.commit();
}

/**
 * The same, but not synced, and so done at once: for what costs nothing when a power cut takes it.
 *
 * @throws what node:fs throws; nothing is left behind.
 */
export function replaceFile(path: string, bytes: Uint8Array | string): void {
  const { file, temporary } = openTemporary(dirname(path));
  try {
    try {
      fchmodSync(file, NEW_FILE_MODE);
      writeFileSync(file, bytes);
    } finally {
      closeSync(file);
    }
    renameSync(temporary, path);
    live.delete(temporary);
  } catch (error) {
    remove(temporary);
    throw error;
  }
}

interface Temporary {
  /** Whose mode and owner it gets. */
  readonly present: Stats | undefined;
  readonly modified: Date | undefined;
  /** It is to outlive a power cut. */
  readonly isLasting: boolean;
}

async function writeTemporary(
  directory: string,
  bytes: Uint8Array,
  { present, modified, isLasting }: Temporary,
): Promise<string> {
  const { file, temporary } = openTemporary(directory);
  try {
    fchmodSync(file, present ? present.mode & 0o7777 : NEW_FILE_MODE);
    if (present) keepOwner(file, present);
    writeFileSync(file, bytes);
    if (modified) futimesSync(file, modified, modified);
    if (isLasting) await sync(file);
    return temporary;
  } catch (error) {
    remove(temporary);
    throw error;
  } finally {
    closeSync(file);
  }
}

function openTemporary(directory: string): { file: number; temporary: string } {
  for (;;) {
    const temporary = `${directory}/.restaple-${process.pid}-${counter++}.tmp`;
    try {
      const file = openSync(temporary, 'wx', 0o600);
      live.add(temporary);
      return { file, temporary };
    } catch (error) {
      // Another machine on a shared disk may have the same process number; counters do not stay the same for long.
      if (!isSystemError(error, 'EEXIST') || counter % 1000 === 0) throw error;
    }
  }
}

/** Only root may give files away. For anybody else the group is tried, and the mode alone has to do. */
function keepOwner(file: number, { uid, gid }: Stats): void {
  const mine = fstatSync(file);
  if (mine.uid === uid && mine.gid === gid) return;
  const given = attempt(() => (fchownSync(file, uid, gid), true));
  if (!given) attempt(() => fchownSync(file, mine.uid, gid));
}

function move(path: string, temporary: string, target: string): void {
  try {
    renameSync(temporary, target);
    live.delete(temporary);
  } catch (error) {
    remove(temporary);
    throw unwritable(path, error);
  }
}

/** By directory, the sync that begins when the one under way has ended: it serves all who came meanwhile. */
const nextSyncs = new Map<string, Promise<void>>();
const syncsUnderWay = new Map<string, Promise<void>>();

/**
 * Resolves after a sync that began after the call, so that what was renamed before outlives a power cut. In bulk many
 * renames of one directory share one: a sync writes whatever is new in it.
 */
function directorySynced(directory: string): Promise<void> {
  const next = nextSyncs.get(directory) ?? syncNext(directory);
  nextSyncs.set(directory, next);
  return next;
}

async function syncNext(directory: string): Promise<void> {
  await syncsUnderWay.get(directory);
  nextSyncs.delete(directory);
  // Fails on some network file systems, and where the directory may be written but not read; the rename is done then.
  const underWay = syncDirectory(directory).catch(() => {});
  syncsUnderWay.set(directory, underWay);
  await underWay;
  if (syncsUnderWay.get(directory) === underWay) syncsUnderWay.delete(directory);
}

async function syncDirectory(directory: string): Promise<void> {
  const handle = openSync(directory, 'r');
  try {
    await sync(handle);
  } finally {
    closeSync(handle);
  }
}

/** Removes what killed processes left in a directory, the first time that it is written to. */
function sweep(directory: string): void {
  if (swept.has(directory)) return;
  swept.add(directory);
  const before = Date.now() - ABANDONED_MS;
  const names = attempt(() => readdirSync(directory)) ?? [];
  for (const path of names.filter((name) => TEMPORARY.test(name)).map((name) => join(directory, name))) {
    const left = attempt(() => statSync(path));
    if (left && left.mtimeMs < before) attempt(() => unlinkSync(path));
  }
}

function unwritable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const reason = `cannot write ${path}: ${systemReason(error)}`;
  return new InputError('output-unwritable', reason, path, { cause: error });
}

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
