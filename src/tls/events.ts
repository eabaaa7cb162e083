/** What a keeper in a program tells. */
import type { KeeperEvent, KeeperEventType } from '../keeper/events.ts';

/** Which part this process has in a store that several share. */
export interface StoreEvent {
  readonly type: 'store';
  /**
   * `keeper`: it asks responders, for all. `reader`: it serves what another process keeps. `alone`: the store is of no use,
   * so it asks for itself and keeps staples in memory, until it ends.
   */
  readonly role: 'keeper' | 'reader' | 'alone';
  readonly store: string;
  /** Why it is not the keeper. */
  readonly message?: string;
}

/** What a keeper in a program tells: all that the daemon does, and its part in a shared store. */
export type StapleEvent = KeeperEvent | StoreEvent;

/** For `on`: each event under its own `type`, and every one under `event`. */
export type StapleEvents = {
  [T in KeeperEventType]: [event: Extract<KeeperEvent, { readonly type: T }>];
} & {
  store: [event: StoreEvent];
  event: [event: StapleEvent];
};
