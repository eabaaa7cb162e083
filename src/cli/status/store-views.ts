/**
 * What the store says of the certificates, as of now. It is the keeper's memory and no proof: nothing is verified here,
 * and nothing here reaches a server.
 */
import { statSync } from 'node:fs';
import { attempt } from '../../attempt.ts';
import { type Note, parseNote } from '../../keeper/files/note.ts';
import type { CertificateState, CertificateView } from '../../keeper/view.ts';
import { type AlarmLevel, alarmAt, alarmTimes } from '../../staple/alarm.ts';
import { DEFAULT_POLICY, type Life } from '../../staple/policy.ts';
import { StapleStore } from '../../store/staple-store.ts';

export async function viewsInStore(path: string, now: number): Promise<CertificateView[]> {
  const store = new StapleStore(path);
  const views: CertificateView[] = [];
  for await (const key of store.keys()) {
    const staplePath = store.staplePath(key);
    const text = store.loadNote(key);
    const note = text === undefined ? undefined : parseNote(text);
    views.push(note ? viewOfNote(key, note, hasBytes(staplePath), now) : viewWithoutNote(key, staplePath));
  }
  return views;
}

/** A keeper that died at a bad moment, or a disk that was full. */
const hasBytes = (path: string): boolean => (attempt(() => statSync(path).size) ?? 0) > 0;

/** @param hasFile whether the staple that the note tells of is there. */
export function viewOfNote(key: string, note: Note, hasFile: boolean, now: number): CertificateView {
  const { certificate, files, mustStaple, responder, thisUpdate, validUntil, memory } = note;
  const life =
    hasFile && thisUpdate !== undefined && validUntil !== undefined ? { thisUpdate, validUntil } : undefined;
  const state = stateOf(note, life, now);
  const isAsked = state === 'good' || state === 'missing' || memory.revoked?.onHold === true;
  return {
    key,
    certificate,
    files,
    state,
    mustStaple,
    responder,
    thisUpdate: life?.thisUpdate,
    validUntil: life?.validUntil,
    nextAt: isAsked ? memory.attemptAt : undefined,
    isAsking: false,
    failures: memory.failures,
    error: memory.error,
    alarm: alarmOf(state, note, life, now),
  };
}

function stateOf({ notAfter, silence, memory }: Note, life: Life | undefined, now: number): CertificateState {
  if (notAfter <= now) return 'expired';
  if (memory.revoked) return 'revoked';
  if (life && now < life.validUntil) return 'good';
  return silence === undefined ? 'missing' : 'nothing to ask';
}

/** By the usual policy: what the config may say otherwise only the keeper knows. */
function alarmOf(
  state: CertificateState,
  { mustStaple }: Note,
  life: Life | undefined,
  now: number,
): AlarmLevel | undefined {
  if (state === 'revoked') return 'critical';
  if (state === 'good' && life) return alarmAt(alarmTimes(life, DEFAULT_POLICY), now).level;
  // Since when there has been none, a note does not say.
  return state === 'missing' && (life || mustStaple) ? 'critical' : undefined;
}

/** A note is lost at no harm, but it is what had the name. */
const viewWithoutNote = (key: string, staplePath: string): CertificateView => ({
  key,
  certificate: staplePath,
  files: [],
  state: 'pending',
  mustStaple: false,
  responder: undefined,
  thisUpdate: undefined,
  validUntil: undefined,
  nextAt: undefined,
  isAsking: false,
  failures: 0,
  error: undefined,
  alarm: undefined,
});
