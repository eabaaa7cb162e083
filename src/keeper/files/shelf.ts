/** Where staples and notes rest: the store on disk in the daemon, memory where a program wants nothing on its disk. */
import type { StapleStore } from '../../store/staple-store.ts';
import type { CertificateSubject } from './certificate-subject.ts';
import { Places } from './places.ts';

/** The places of one certificate, as `Places` has them. */
export type Room = Pick<Places, 'look' | 'put' | 'stored'>;

export interface Shelf extends Pick<StapleStore, 'loadNote' | 'saveNote'> {
  roomOf(subject: Pick<CertificateSubject, 'key' | 'outputs'>): Room;
}

export const diskShelf = (store: StapleStore): Shelf => ({
  loadNote: (key) => store.loadNote(key),
  saveNote: (key, text) => store.saveNote(key, text),
  roomOf: (subject) => new Places(store, subject),
});
