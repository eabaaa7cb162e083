/** The keeper's log on standard error. */
import { fstatSync } from 'node:fs';
import { attempt } from '../../attempt.ts';
import type { LogConfig } from '../../config/config.ts';
import { leadsToJournal } from '../../keeper/log/journal.ts';
import { type Log, createLog } from '../../keeper/log/log.ts';
import type { Io } from '../io.ts';

export function openLog({ format, level }: LogConfig, io: Io): Promise<Log> {
  const stats = attempt(() => fstatSync(2));
  return createLog({
    format,
    level,
    out: (line) => io.err(line),
    isTerminal: io.terminal,
    isJournal: stats !== undefined && leadsToJournal(io.env, stats),
    now: () => io.now().getTime(),
  });
}
