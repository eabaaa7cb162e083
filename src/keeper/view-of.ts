/** What others may see of an entry. */
import type { Entry } from './entry.ts';
import type { CertificateState, CertificateView } from './view.ts';

export function viewOf<S, R>(entry: Entry<S, R>, files: readonly string[], now: number): CertificateView {
  const { staple } = entry;
  const isWaiting = entry.phase === 'waiting' || entry.phase === 'parked' || entry.phase === 'closed';
  return {
    key: entry.key,
    certificate: entry.label,
    files,
    state: stateOf(entry, now),
    mustStaple: entry.mustStaple,
    responder: entry.responder === '' ? undefined : entry.responder,
    thisUpdate: staple?.thisUpdate,
    validUntil: staple?.validUntil,
    nextAt: isWaiting && entry.attemptAt > 0 ? entry.attemptAt : undefined,
    isAsking: entry.phase === 'asking',
    failures: entry.failures,
    error: entry.error,
    alarm: entry.alarm,
  };
}

function stateOf<S, R>(entry: Entry<S, R>, now: number): CertificateState {
  if (entry.notAfter <= now) return 'expired';
  if (entry.revoked) return 'revoked';
  if (entry.staple && now < entry.staple.validUntil) return 'good';
  if (entry.silence !== undefined) return 'nothing to ask';
  return entry.isOpened ? 'missing' : 'pending';
}
