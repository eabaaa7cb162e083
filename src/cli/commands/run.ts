/** `restaple run`: the keeper. */
import type { Config } from '../../config/config.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { checkRun } from '../run/check.ts';
import { runDaemon } from '../run/daemon.ts';
import { effectiveConfig } from '../run/effective-config.ts';
import type { RunFlags } from '../verbs/run.ts';

export function runCommand(args: readonly string[], flags: RunFlags, io: Io): Promise<number> {
  const read = (): Promise<Config> => effectiveConfig(args, flags);
  return guarded(io, async () =>
    flags.check ? checkRun(read, flags.json, io) : runDaemon(await read(), read, io),
  );
}
