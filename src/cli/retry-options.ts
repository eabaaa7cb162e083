/** How `--retries` asks again, on every verb that asks a responder for a staple. */
import { monotonicMs } from '../monotonic.ts';
import type { RetryOptions } from '../staple/fetch-response.ts';

/** A responder that restarts, a connection that breaks: gone with the next try, or it is something else. */
const DEFAULT_RETRIES = 2;

export const retryOptions = (retries: number = DEFAULT_RETRIES): Omit<RetryOptions, 'waiting'> => ({
  retries,
  random: () => Math.random(),
  now: monotonicMs,
  wait: (ms) =>
    new Promise((resolve) => {
      setTimeout(resolve, ms);
    }),
});
