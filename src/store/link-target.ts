/** Where a path leads through symbolic links, to a file that need not be there. */
import { type Stats, lstatSync, readlinkSync, realpathSync, statSync } from 'node:fs';
import { basename, dirname, resolve } from 'node:path';
import { InputError } from '../errors.ts';

/** As many as Linux follows. */
const MAX_LINKS = 40;

export interface LinkTarget {
  readonly target: string;
  /** What is there; `undefined` where nothing is. */
  readonly present: Stats | undefined;
}

/**
 * A link at the place of a staple is followed, as administrators make them. But where strangers may write beside their
 * certificates, and restaple runs as root or for many of them, a link of one of them would have it write over the files
 * of another. So a link counts only if root or restaple's own user made it, or whoever owns what it leads to.
 *
 * @throws InputError `output-unwritable` for somebody else's link, and what node:fs throws.
 */
export function linkTarget(path: string): LinkTarget {
  const makers: number[] = [];
  let at = path;
  for (let links = 0; links <= MAX_LINKS; links++) {
    const stats = lstatSync(at, { throwIfNoEntry: false });
    if (stats?.isSymbolicLink() !== true) {
      const isOwners = (): boolean => {
        const { uid } = stats ?? statSync(dirname(at));
        return makers.every((maker) => isTrusted(maker, uid));
      };
      if (makers.length === 0 || isOwners()) return { target: inRealDirectory(at), present: stats };
      const message = `cannot write ${path}: it is a link to ${at}, made by a user who does not own that`;
      throw new InputError('output-unwritable', message, path);
    }
    makers.push(stats.uid);
    at = resolve(realpathSync(dirname(at)), readlinkSync(at));
  }
  // Throws ELOOP.
  return { target: realpathSync(path), present: undefined };
}

const isTrusted = (maker: number, owner: number): boolean =>
  maker === 0 || maker === process.geteuid?.() || maker === owner;

const inRealDirectory = (path: string): string => `${realpathSync.native(dirname(path))}/${basename(path)}`;
