/** `restaple status`: what is kept, those first that need a person. */
import { KeeperError } from '../../errors.ts';
import { printable } from '../../text.ts';
import { printError } from '../error-output.ts';
import { type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { choose } from '../status/choose.ts';
import { type Kept, loadKept } from '../status/kept.ts';
import { printStatusJson } from '../status/report-json.ts';
import { printKept } from '../status/report-text.ts';
import { byWorry, countStandings, exitCodeOfView } from '../status/worry.ts';
import type { StatusFlags } from '../verbs/status.ts';

export function statusCommand(args: readonly string[], flags: StatusFlags, io: Io): Promise<number> {
  return guarded(io, () => status(args, flags, io), flags.json ? 'status' : undefined);
}

async function status(args: readonly string[], flags: StatusFlags, io: Io): Promise<ExitCode> {
  const kept = await loadKept(flags, io);
  const { chosen, notKept } = choose(kept.views, args);
  const views = byWorry(chosen, io.now().getTime());
  const counts = countStandings(views);
  const missing = notKept.map((path) => ({
    path,
    error: new KeeperError('certificate-not-kept', problem(kept)),
  }));
  const exitCode = gravest([...views.map(exitCodeOfView), ...missing.map(({ error }) => exitCodeOf(error))]);
  if (flags.json) {
    printStatusJson(io, { kept, views, counts, notKept, exitCode });
    return exitCode;
  }
  if (kept.store !== undefined) {
    io.err(`restaple: no keeper is running; this is what the store says: ${printable(kept.store)}\n`);
  }
  if (views.length > 0 || missing.length === 0) printKept(io, views, counts);
  for (const { path, error } of missing) printError(io, error, { subject: path });
  return exitCode;
}

const problem = ({ keeper }: Kept): string =>
  keeper ? 'the keeper does not keep such a certificate' : 'the store has no such certificate';
