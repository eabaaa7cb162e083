/**
 * A file that changes from the old content to the new with nothing between, whatever happens meanwhile: a temporary
 * file in the same directory, synced, renamed over the old one, and the directory synced, so that the rename itself
 * outlives a power cut.
 */
import { type FileHandle, open, readdir, readlink, realpath, rename, stat, unlink } from 'node:fs/promises';
import type { Stats } from 'node:fs';
import { basename, dirname, join, resolve } from 'node:path';
import { InputError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';

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
  discard(): Promise<void>;
}

let counter = 0;
const swept = new Set<string>();

/**
 * Writes `bytes` where `commit` can move them to `path`. Mode and owner of the file that is there are kept, a
 * symbolic link is followed.
 *
 * @throws InputError `output-unwritable`; nothing is left behind.
 */
export async function prepareFile(path: string, bytes: Uint8Array): Promise<PreparedFile> {
  try {
    const target = await targetOf(path);
    const present = await stat(target).catch(() => undefined);
    if (present && !present.isFile())
      throw new InputError('output-unwritable', 'is not a regular file', path);
    const directory = dirname(target);
    await sweep(directory);
    const temporary = await writeTemporary(directory, bytes, present);
    return {
      commit: () => rethrow(path, () => move(temporary, target, directory)),
      discard: () => unlink(temporary).catch(() => {}),
    };
  } catch (error) {
    throw unwritable(path, error);
  }
}

/** @throws InputError `output-unwritable`; the file that was there is untouched then. */
export async function writeFileAtomically(path: string, bytes: Uint8Array): Promise<void> {
  const prepared = await prepareFile(path, bytes);
  await prepared.commit();
}

/** Where a path leads through symbolic links, to a file that need not be there. */
async function targetOf(path: string): Promise<string> {
  try {
    return await realpath(path);
  } catch (error) {
    if (!isSystemError(error, 'ENOENT')) throw error;
    const link = await readlink(path).catch(() => undefined);
    // Each step has one link less to follow; links in a circle are ELOOP to realpath.
    return link === undefined ? path : targetOf(resolve(await realpath(dirname(path)), link));
  }
}

async function writeTemporary(
  directory: string,
  bytes: Uint8Array,
  present: Stats | undefined,
): Promise<string> {
  const { file, temporary } = await openTemporary(directory);
  try {
    await file.chmod(present ? present.mode & 0o7777 : NEW_FILE_MODE);
    if (present) await keepOwner(file, present);
    await file.writeFile(bytes);
    await file.sync();
    await file.close();
    return temporary;
  } catch (error) {
    await file.close().catch(() => {});
    await unlink(temporary).catch(() => {});
    throw error;
  }
}

async function openTemporary(directory: string): Promise<{ file: FileHandle; temporary: string }> {
  for (;;) {
    const temporary = join(directory, `.restaple-${process.pid}-${counter++}.tmp`);
    try {
      return { file: await open(temporary, 'wx', 0o600), temporary };
    } catch (error) {
      // Another machine on a shared disk may have the same process number; counters do not stay the same for long.
      if (!isSystemError(error, 'EEXIST') || counter % 1000 === 0) throw error;
    }
  }
}

/** Only root may give files away. For anybody else the group is tried, and the mode alone has to do. */
async function keepOwner(file: FileHandle, { uid, gid }: Stats): Promise<void> {
  const mine = await file.stat();
  if (mine.uid === uid && mine.gid === gid) return;
  await file.chown(uid, gid).catch(() => file.chown(mine.uid, gid).catch(() => {}));
}

async function move(temporary: string, target: string, directory: string): Promise<void> {
  try {
    await rename(temporary, target);
  } catch (error) {
    await unlink(temporary).catch(() => {});
    throw error;
  }
  await syncDirectory(directory).catch(() => {});
}

/** Fails on some network file systems, and where the directory may be written but not read; the rename is done then. */
async function syncDirectory(directory: string): Promise<void> {
  const handle = await open(directory, 'r');
  try {
    await handle.sync();
  } finally {
    await handle.close();
  }
}

/** Removes what killed processes left in a directory, the first time that it is written to. */
async function sweep(directory: string): Promise<void> {
  if (swept.has(directory)) return;
  swept.add(directory);
  const before = Date.now() - ABANDONED_MS;
  const names = await readdir(directory).catch(() => []);
  for (const name of names.filter((entry) => TEMPORARY.test(entry))) {
    const path = join(directory, name);
    const left = await stat(path).catch(() => undefined);
    if (left && left.mtimeMs < before) await unlink(path).catch(() => {});
  }
}

async function rethrow<T>(path: string, step: () => Promise<T>): Promise<T> {
  try {
    return await step();
  } catch (error) {
    throw unwritable(path, error);
  }
}

function unwritable(path: string, error: unknown): InputError {
  if (error instanceof InputError) return error;
  const reason = `cannot write ${basename(path)}: ${systemReason(error)}`;
  return new InputError('output-unwritable', reason, path, { cause: error });
}

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
