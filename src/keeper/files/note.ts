/**
 * The note beside a staple in the store: what the keeper remembers of a certificate, and what `restaple status` shows
 * when no keeper runs. It is lost at no harm, and whatever stands there in its place counts as lost.
 */
import type { ErrorCode } from '../../errors.ts';
import type { Complaint, Memory, Revocation } from '../work.ts';

/** All moments in milliseconds since 1970. */
export interface Note {
  /** The path that the certificate was found under, and the files that its staple goes to: text from outside. */
  readonly certificate: string;
  readonly files: readonly string[];
  readonly mustStaple: boolean;
  /** The end of the certificate. */
  readonly notAfter: number;
  /** Who is asked; absent when nobody is, and `silence` says why. */
  readonly responder?: string | undefined;
  readonly silence?: string | undefined;
  /** Those of the staple, where there is one. */
  readonly thisUpdate?: number | undefined;
  readonly validUntil?: number | undefined;
  /** Whose the validators in `memory` are, and of a response of which time. */
  readonly answered?: Answered | undefined;
  readonly memory: Memory;
}

export interface Answered {
  readonly responder: string;
  readonly thisUpdate: number;
}

const VERSION = 1;

export function formatNote(note: Note): string {
  return `${JSON.stringify({ version: VERSION, ...note })}\n`;
}

/** `undefined` for everything that `formatNote` does not write; what it may write one day is passed over. */
export function parseNote(text: string): Note | undefined {
  const value = parsed(text);
  if (value === undefined || value['version'] !== VERSION) return undefined;
  const { certificate, files, mustStaple, notAfter } = value;
  const memory = memoryIn(value['memory']);
  if (
    typeof certificate !== 'string' ||
    !Array.isArray(files) ||
    !files.every((file) => typeof file === 'string') ||
    typeof mustStaple !== 'boolean' ||
    !isMoment(notAfter) ||
    memory === undefined
  )
    return undefined;
  return {
    certificate,
    files,
    mustStaple,
    notAfter,
    responder: textIn(value['responder']),
    silence: textIn(value['silence']),
    ...lifeIn(value),
    answered: answeredIn(value['answered']),
    memory,
  };
}

type Fields = Readonly<Record<string, unknown>>;

function parsed(text: string): Fields | undefined {
  try {
    const value: unknown = JSON.parse(text);
    return fieldsOf(value);
  } catch {
    return undefined;
  }
}

function fieldsOf(value: unknown): Fields | undefined {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? { ...value } : undefined;
}

/** One without the other says nothing. */
function lifeIn({ thisUpdate, validUntil }: Fields): Pick<Note, 'thisUpdate' | 'validUntil'> {
  const isLife = isMoment(thisUpdate) && isMoment(validUntil) && thisUpdate < validUntil;
  return isLife ? { thisUpdate, validUntil } : {};
}

export function memoryIn(value: unknown): Memory | undefined {
  const fields = fieldsOf(value);
  const { attemptAt, failures } = fields ?? {};
  if (fields === undefined || !isMoment(attemptAt)) return undefined;
  if (typeof failures !== 'number' || !Number.isSafeInteger(failures) || failures < 0) return undefined;
  const { lastModified } = fields;
  return {
    attemptAt,
    failures,
    etag: etagIn(fields['etag']),
    lastModified: isMoment(lastModified) ? lastModified : undefined,
    error: complaintIn(fields['error']),
    revoked: revocationIn(fields['revoked']),
  };
}

/** It goes into a request: nothing that could end a line of it (RFC 9110 section 8.8.3). */
function etagIn(value: unknown): string | undefined {
  return typeof value === 'string' && /^(?:W\/)?"[!#-~]{0,250}"$/.test(value) ? value : undefined;
}

function complaintIn(value: unknown): Complaint | undefined {
  const { code, message, at } = fieldsOf(value) ?? {};
  if (!isCode(code) || typeof message !== 'string' || !isMoment(at)) return undefined;
  return { code, message, at };
}

/** A code of another version of restaple is a code, too: it is shown and nothing depends on it. */
const isCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && /^[a-z0-9-]{1,60}$/.test(value);

function revocationIn(value: unknown): Revocation | undefined {
  const { since, onHold, message } = fieldsOf(value) ?? {};
  if (!isMoment(since) || typeof onHold !== 'boolean' || typeof message !== 'string') return undefined;
  return { since, onHold, message };
}

function answeredIn(value: unknown): Answered | undefined {
  const { responder, thisUpdate } = fieldsOf(value) ?? {};
  return typeof responder === 'string' && isMoment(thisUpdate) ? { responder, thisUpdate } : undefined;
}

const textIn = (value: unknown): string | undefined => (typeof value === 'string' ? value : undefined);

/** What a Date can hold (ECMA-262 section 21.4.1.1). */
const isMoment = (value: unknown): value is number =>
  typeof value === 'number' && Number.isFinite(value) && Math.abs(value) <= 8.64e15;
