/** What can be told of the certificates of a store when no keeper runs, and without reading one of them. */
import type { StapleStore } from '../../store/staple-store.ts';
import { type AlarmLevel, alarmAt, alarmTimes, missingTimes } from '../../staple/alarm.ts';
import type { Policy } from '../../staple/policy.ts';
import type { CertificateState, CertificateView } from '../view.ts';
import { type Note, parseNote } from './note.ts';

/** By the notes in the store; a staple without one is passed over. Nothing of it was verified. */
export async function* storedViews(
  store: StapleStore,
  policy: Policy,
  now: number,
): AsyncGenerator<CertificateView> {
  for await (const key of store.keys()) {
    const text = store.loadNote(key);
    const note = text === undefined ? undefined : parseNote(text);
    if (note) yield viewOf(key, note, policy, now);
  }
}

function viewOf(key: string, note: Note, policy: Policy, now: number): CertificateView {
  const { certificate, files, mustStaple, responder, thisUpdate, validUntil, memory } = note;
  const state = stateOf(note, now);
  const isAsked = state === 'good' || state === 'missing' || memory.revoked?.onHold === true;
  return {
    key,
    certificate,
    files,
    state,
    mustStaple,
    responder,
    thisUpdate,
    validUntil,
    nextAt: isAsked && responder !== undefined ? memory.attemptAt : undefined,
    isAsking: false,
    failures: memory.failures,
    error: memory.error,
    alarm: alarmOf(note, state, policy, now),
  };
}

function stateOf({ notAfter, memory, validUntil, silence }: Note, now: number): CertificateState {
  if (notAfter <= now) return 'expired';
  if (memory.revoked) return 'revoked';
  if (validUntil !== undefined && now < validUntil) return 'good';
  return silence === undefined ? 'missing' : 'nothing to ask';
}

function alarmOf(
  { thisUpdate, validUntil, mustStaple }: Note,
  state: CertificateState,
  policy: Policy,
  now: number,
): AlarmLevel | undefined {
  if (state === 'revoked') return 'critical';
  if (state === 'good' && thisUpdate !== undefined && validUntil !== undefined)
    return alarmAt(alarmTimes({ thisUpdate, validUntil }, policy), now).level;
  // Nobody wrote down since when there is none: since its last one ended, or a moment ago.
  return state === 'missing' ? alarmAt(missingTimes(validUntil ?? now, mustStaple), now).level : undefined;
}
