/** The keeper as a library. */
import type { StapleKeeperOptions } from './options.ts';
import { StapleKeeper } from './staple-keeper.ts';

/**
 * Fetches, verifies and keeps fresh the staples of certificates: the engine of `restaple run`, for programs that
 * staple by themselves. It asks when half of a staple's life is over, backs off when that fails, takes nothing that a
 * rule of `verifyResponse` refuses, and nothing that is older than what it has. What it does is told as
 * `StapleEvents`.
 *
 * Its timers keep no process from ending. It ends with `close()`, with `options.signal`, or with `await using`.
 *
 * @throws InputError, DerError for certificates that cannot be read; InputError `usage-invalid`. What goes wrong later
 *   is an event.
 * @example
 * ```ts
 * import { createKeeper } from 'restaple/tls';
 *
 * const keeper = createKeeper({ certificates: ['domain.crt'] });
 * keeper.on('fetched', ({ certificate, validUntil }) => console.log(certificate, new Date(validUntil)));
 * keeper.on('alarm', ({ certificate, level, message }) => console.error(certificate, level, message));
 * await keeper.ready;
 * for (const { certificate, state } of keeper.views()) console.log(certificate, state);
 * await keeper.close();
 * ```
 */
export function createKeeper(options: StapleKeeperOptions = {}): StapleKeeper {
  return new StapleKeeper(options);
}
