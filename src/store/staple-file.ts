/** The staple file of a certificate: what is in it, and whether a fresh staple may take its place. */
import { closeSync, constants, fstatSync, openSync, readSync, statSync } from 'node:fs';
import { attempt } from '../attempt.ts';
import { isPem } from '../der/pem.ts';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { InputError, RestapleError } from '../errors.ts';
import { systemReason } from '../issuer/load-certificates.ts';
import { startsLikeOCSPResponse } from '../ocsp/ocsp-response.ts';
import type { Verdict } from '../ocsp/verify-response.ts';
import { type Staple, isWorse } from '../staple/staple.ts';
import { prepareFile } from './atomic-file.ts';

/** A response to keep. Without a verdict it is unverified, and gives way to every staple that is. */
export interface Candidate {
  readonly der: Buffer;
  readonly verdict: Verdict | undefined;
}

/** `kept`: the file holds a better staple, which is `present`. */
export type KeepOutcome =
  { readonly outcome: 'written' | 'unchanged' } | { readonly outcome: 'kept'; readonly present: Staple };

/** Verifies what a file holds, as of now. Throws a RestapleError for anything that is no staple. */
export type Judge = (der: Buffer) => Staple;

/** How many other writers may come between: each costs a verification, and nobody has more than a few. */
const MAX_LOOKS = 8;

/**
 * The staple that a file holds; `undefined` when there is no file, or what it holds is no staple (any more).
 */
export function loadStaple(path: string, judge: Judge): Staple | undefined {
  const der = attempt(() => readStapleFile(path));
  return der && judged(der, judge);
}

/**
 * Puts a response into a file unless a better staple is there already. The same bytes are not written again: their
 * date tells administrators and servers when something changed. `known` is what `loadStaple` found a moment ago: while the
 * file holds that, it is not verified again.
 *
 * @throws InputError `output-unwritable`, also for a file that is something else, such as a certificate or a key; it is
 *   untouched then.
 */
export async function keepStaple(
  path: string,
  candidate: Candidate,
  judgeAny: Judge,
  known?: Staple,
): Promise<KeepOutcome> {
  const judge: Judge = (der) => (known?.der.equals(der) === true ? known : judgeAny(der));
  let seen = readPresent(path);
  const settled = settle(path, seen, candidate, judge);
  if (settled) return settled;
  const prepared = await prepareFile(path, candidate.der);
  try {
    // Another process may have put a better one there while this one was being judged or written.
    for (let look = 1; look <= MAX_LOOKS; look++) {
      const present = readPresent(path);
      if (same(present, seen)) break;
      seen = present;
      const overtaken = settle(path, seen, candidate, judge);
      if (overtaken) return overtaken;
    }
    await prepared.commit();
    return { outcome: 'written' };
  } finally {
    prepared.discard();
  }
}

/** What becomes of a candidate without writing; `undefined` when it is to be written. */
function settle(
  path: string,
  der: Buffer | undefined,
  candidate: Candidate,
  judge: Judge,
): KeepOutcome | undefined {
  if (der?.equals(candidate.der)) return { outcome: 'unchanged' };
  const present = der && judged(der, judge);
  if (der && !present && isSomethingElse(der)) {
    throw new InputError('output-unwritable', `${path} holds something else than a staple`, path);
  }
  const keep = present && (!candidate.verdict || isWorse(candidate.verdict, present.verdict));
  return keep ? { outcome: 'kept', present } : undefined;
}

/**
 * PEM, or DER that does not begin like a response: a certificate, a key. A slip of the finger must not cost a server its
 * key. Rubbish may be what a full disk left of a staple, and is replaced.
 */
export function isSomethingElse(bytes: Buffer): boolean {
  const isDer = bytes[0] === TAG.sequence && bytes.length > 8;
  return isPem(bytes) || (isDer && !startsLikeOCSPResponse(bytes));
}

function judged(der: Buffer, judge: Judge): Staple | undefined {
  try {
    return judge(der);
  } catch (error) {
    if (error instanceof RestapleError) return undefined;
    throw error;
  }
}

/** @throws InputError `output-unwritable` for a file that cannot be read: it may be the better one. */
function readPresent(path: string): Buffer | undefined {
  try {
    return readStapleFile(path);
  } catch (error) {
    const reason = `what is in ${path} cannot be read: ${systemReason(error)}`;
    throw new InputError('output-unwritable', reason, path, { cause: error });
  }
}

const same = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a && b ? a.equals(b) : a === b);

/**
 * What a file holds, unjudged; `undefined` when there is none. At most one byte more than a response may have: what lies
 * there may be anything. A pipe is not waited for, and is nothing that was kept.
 *
 * @throws what node:fs throws.
 */
export function readStapleFile(path: string): Buffer | undefined {
  // Asked first, since in bulk most are not there yet, and an error of Node costs as much as a read.
  if (statSync(path, { throwIfNoEntry: false }) === undefined) return undefined;
  let file;
  try {
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK);
  } catch (error) {
    if (error instanceof Error && 'code' in error && error.code === 'ENOENT') return undefined;
    throw error;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return undefined;
    const buffer = Buffer.alloc(Math.min(stats.size, MAX_DER_BYTES + 1));
    return buffer.subarray(0, readSync(file, buffer, 0, buffer.length, 0));
  } finally {
    closeSync(file);
  }
}
