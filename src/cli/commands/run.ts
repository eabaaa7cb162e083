/** `restaple run`: the keeper. */
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { checkConfig } from '../run/check.ts';
import { runDaemon } from '../run/daemon.ts';
import { effectiveConfig } from '../run/effective-config.ts';
import type { RunFlags } from '../verbs/run.ts';

export function runCommand(args: readonly string[], flags: RunFlags, io: Io): Promise<number> {
  return guarded(io, async () => {
    const config = await effectiveConfig(args, flags);
    return flags.check ? checkConfig(config, io) : runDaemon(config, () => effectiveConfig(args, flags), io);
  });
}
