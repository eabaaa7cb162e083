/** Which certificate each file held when it was read last. A file is read again only when its `stat` says otherwise. */
import { type Stats, statSync } from 'node:fs';
import { InputError, RestapleError } from '../../errors.ts';
import { loadSubject } from '../../subject/subject.ts';
import type { Clock } from '../clock.ts';
import { keyOf } from './certificates.ts';

/**
 * A file that changed so short a time before it was read may change once more without a new time: file systems count in
 * up to two seconds. It is read once more.
 */
const SETTLED_MS = 2_000;
/** Names are pointed elsewhere in two steps, and disks come back: a certificate is not gone at once. */
const GONE_MS = 5_000;

export interface FileState {
  /** The certificate that counts: what was there before, while what is there now cannot be read. */
  readonly key: string | undefined;
  readonly error: RestapleError | undefined;
  /** It was there, and is not now; it may be back in a moment. */
  readonly isLingering: boolean;
  /** A look in a few seconds will tell more. */
  readonly isUnsure: boolean;
}

interface Known {
  /** Of the file that a link leads to: links are swapped (certbot, Kubernetes), and files renamed into their place. */
  print: Print | undefined;
  isSettled: boolean;
  key: string | undefined;
  error: RestapleError | undefined;
  /** When it was missed first. */
  missedAt: number | undefined;
}

export class FileTable {
  readonly #clock: Clock;
  readonly #files = new Map<string, Known>();

  constructor(clock: Clock) {
    this.#clock = clock;
  }

  get size(): number {
    return this.#files.size;
  }

  /**
   * Looks at a file, and reads it if need be.
   *
   * @param foundIn where it was found, when it was not named: such a file may be something else.
   * @param stats its `stat`, where somebody has it already.
   */
  async look(
    path: string,
    foundIn: string | undefined,
    stats: Stats | 'absent' | 'unknown' = statOf(path),
  ): Promise<FileState> {
    const now = this.#clock.now();
    const steady = this.#clock.monotonic();
    const known = this.#files.get(path) ?? {
      print: undefined,
      isSettled: false,
      key: undefined,
      error: undefined,
      missedAt: undefined,
    };
    // It is read when it is back, even if it is the same.
    if (stats === 'absent') return this.#missed(path, foundIn, { ...known, print: undefined }, steady);
    if (stats === 'unknown' || !isSame(known.print, stats) || !known.isSettled || known.error) {
      const print = stats === 'unknown' ? undefined : printOf(stats);
      const isSettled = stats !== 'unknown' && Math.abs(now - stats.ctimeMs) > SETTLED_MS;
      const read = await readKey(path, foundIn, stats);
      if (read === undefined) return this.#missed(path, foundIn, { ...known, print, isSettled }, steady);
      const isError = read instanceof RestapleError;
      const key = isError ? known.key : read;
      const error = isError ? read : undefined;
      this.#files.set(path, { print, isSettled, key, error, missedAt: undefined });
    } else if (known.missedAt !== undefined) return this.#missed(path, foundIn, known, steady);
    const { key, error, isSettled } = this.#files.get(path) ?? known;
    // Somebody may be writing it at this moment: whoever is not done in two seconds is told of.
    const isUnsure = error !== undefined && stats !== 'unknown' && !isSettled;
    return { key, error: isUnsure ? undefined : error, isLingering: false, isUnsure };
  }

  /** True when a file that held this certificate is as it was when it was read, and no look is needed. */
  isSteady(path: string, key: string, stats: Stats): boolean {
    const known = this.#files.get(path);
    return (
      known?.key === key &&
      known.isSettled &&
      known.error === undefined &&
      known.missedAt === undefined &&
      isSame(known.print, stats)
    );
  }

  /** Forgets every file that `keeps` says no to. */
  prune(keeps: (path: string) => boolean): void {
    for (const path of this.#files.keys()) if (!keeps(path)) this.#files.delete(path);
  }

  /** It is not there, or it was found and holds no certificate. One that was named has to be there. */
  #missed(path: string, foundIn: string | undefined, known: Known, steady: number): FileState {
    const missedAt = known.missedAt ?? steady;
    const isGone = known.key === undefined || steady - missedAt >= GONE_MS;
    const key = isGone ? undefined : known.key;
    this.#files.set(path, { ...known, key, error: undefined, missedAt });
    const error =
      isGone && foundIn === undefined ? new InputError('file-unreadable', 'is not there', path) : undefined;
    return { key, error, isLingering: !isGone, isUnsure: !isGone };
  }
}

function statOf(path: string): Stats | 'absent' | 'unknown' {
  try {
    return statSync(path);
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    // A closed directory, a network disk that hangs: what was there may be there still.
    return code === 'ENOENT' || code === 'ENOTDIR' ? 'absent' : 'unknown';
  }
}

type Print = Pick<Stats, 'dev' | 'ino' | 'size' | 'mtimeMs' | 'ctimeMs'>;

const printOf = ({ dev, ino, size, mtimeMs, ctimeMs }: Stats): Print => ({
  dev,
  ino,
  size,
  mtimeMs,
  ctimeMs,
});

/** By numbers, without a text for each of ten thousand files in each look. */
const isSame = (print: Print | undefined, stats: Stats): boolean =>
  print !== undefined &&
  print.ino === stats.ino &&
  print.mtimeMs === stats.mtimeMs &&
  print.ctimeMs === stats.ctimeMs &&
  print.size === stats.size &&
  print.dev === stats.dev;

/** `undefined` for a file that was found and is something else. */
async function readKey(
  path: string,
  foundIn: string | undefined,
  stats: Stats | 'unknown',
): Promise<string | RestapleError | undefined> {
  if (stats !== 'unknown' && !stats.isFile()) {
    // A pipe would be waited for.
    return foundIn === undefined ? new InputError('file-unreadable', 'is no regular file', path) : undefined;
  }
  try {
    const subject = loadSubject({ path, foundIn, problem: undefined });
    return subject && keyOf(subject.certificate);
  } catch (error) {
    if (error instanceof RestapleError) return error;
    throw error;
  }
}
