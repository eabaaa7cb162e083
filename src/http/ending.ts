/** What can end a wait from outside. */
import { setMaxListeners } from 'node:events';

/** An `AbortSignal`, or what has this of it and costs less to make. */
export interface Ending {
  readonly aborted: boolean;
  /** Why, once it is. */
  readonly reason?: unknown;
  addEventListener(type: 'abort', listener: () => void, options?: { readonly once?: boolean }): void;
  removeEventListener(type: 'abort', listener: () => void): void;
}

/** Calls `listener` once, with the reason: at once where it is aborted already. @returns what takes that back. */
export function whenAborted(ending: Ending | undefined, listener: (reason: unknown) => void): () => void {
  if (ending === undefined) return () => {};
  const aborted = (): void => listener(ending.reason);
  // One signal serves all that runs side by side, 64 at a time: no leak, though Node warns from the eleventh on.
  if (ending instanceof AbortSignal) setMaxListeners(0, ending);
  if (ending.aborted) aborted();
  else ending.addEventListener('abort', aborted, { once: true });
  return () => ending.removeEventListener('abort', aborted);
}
