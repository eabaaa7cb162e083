import type { Lookup } from './connect-rules.ts';
import type { Progress } from './failure.ts';

/** Says in `progress` which name is being looked up: what ends the wait then is no fault of whoever has that name. */
export function watchedLookup(lookup: Lookup, progress: Progress): Lookup {
  return (hostname, options, callback) => {
    progress.lookingUp = hostname;
    lookup(hostname, options, (...found) => {
      progress.lookingUp = undefined;
      callback(...found);
    });
  };
}
