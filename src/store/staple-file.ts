/** The staple file of a certificate: what is in it, and whether a fresh staple may take its place. */
import { open } from 'node:fs/promises';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { RestapleError } from '../errors.ts';
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

/** How often another writer may come between before we let him win. */
const ATTEMPTS = 3;

/**
 * The staple that a file holds; `undefined` when there is no file, or what it holds is no staple (any more).
 */
export async function loadStaple(path: string, judge: Judge): Promise<Staple | undefined> {
  const der = await readBounded(path);
  return der && judged(der, judge);
}

/**
 * Puts a response into a file unless a better staple is there already. The same bytes are not written again: their
 * date tells administrators and servers when something changed.
 *
 * @throws InputError `output-unwritable`; the file is untouched then.
 */
export async function keepStaple(path: string, candidate: Candidate, judge: Judge): Promise<KeepOutcome> {
  for (let attempt = 1; ; attempt++) {
    const before = await readBounded(path);
    if (before?.equals(candidate.der)) return { outcome: 'unchanged' };
    const present = before && judged(before, judge);
    if (present && (!candidate.verdict || isWorse(candidate.verdict, present.verdict))) {
      return { outcome: 'kept', present };
    }
    const prepared = await prepareFile(path, candidate.der);
    // Another process may have put a better one there while this one was being written.
    if (attempt < ATTEMPTS && !same(await readBounded(path), before)) {
      await prepared.discard();
      continue;
    }
    await prepared.commit();
    return { outcome: 'written' };
  }
}

function judged(der: Buffer, judge: Judge): Staple | undefined {
  try {
    return judge(der);
  } catch (error) {
    if (error instanceof RestapleError) return undefined;
    throw error;
  }
}

const same = (a: Buffer | undefined, b: Buffer | undefined): boolean => (a && b ? a.equals(b) : a === b);

/** At most one byte more than a response may have: what lies there may be anything. */
async function readBounded(path: string): Promise<Buffer | undefined> {
  let file;
  try {
    file = await open(path, 'r');
  } catch {
    return undefined;
  }
  try {
    const buffer = Buffer.alloc(Math.min((await file.stat()).size, MAX_DER_BYTES + 1));
    const { bytesRead } = await file.read(buffer, 0, buffer.length, 0);
    return buffer.subarray(0, bytesRead);
  } catch {
    return undefined;
  } finally {
    await file.close();
  }
}
