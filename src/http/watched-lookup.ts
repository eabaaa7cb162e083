import type { Lookup } from './connect-rules.ts';
import type { Progress } from './failure.ts';

/** Says in `progress` when a name is being looked up: what ends the wait then is no fault of whoever has that name. */
export function watchedLookup(lookup: Lookup, progress: Progress): Lookup {
  return (hostname, options, callback) => {
    progress.isLookingUp = true;
    lookup(hostname, options, (...found) => {
      progress.isLookingUp = false;
      callback(...found);
    });
  };
}
