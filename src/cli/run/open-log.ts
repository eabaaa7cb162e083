/** The keeper's log on standard error. */
import { fstatSync } from 'node:fs';
import { attempt } from '../../attempt.ts';
import type { LogConfig } from '../../config/config.ts';
import { leadsToJournal } from '../../keeper/log/journal.ts';
import { type Log, createLog } from '../../keeper/log/log.ts';
import { logRecord } from '../../keeper/log/record.ts';
import type { Io } from '../io.ts';

/** Some thousand lines: hours of an ordinary day, or the start with a thousand certificates. */
const MAX_WAITING_BYTES = 1024 * 1024;

/**
 * Whoever reads the log from a pipe may stand still: a pager, a collector that hangs. The keeper goes on then, and of
 * what nobody reads it keeps no more than a part.
 */
export async function openLog({ format, level }: LogConfig, io: Io): Promise<Log> {
  const stats = attempt(() => fstatSync(2));
  // A plain write waits for the reader for ever. To have its stream makes Node.js put an end to that.
  const stream = stats?.isFIFO() === true || stats?.isSocket() === true ? process.stderr : undefined;
  let lost = 0;
  const log = await createLog({
    format,
    level,
    out: (line) => {
      if (stream && stream.writableLength > MAX_WAITING_BYTES) {
        lost += 1;
        return;
      }
      if (lost > 0) {
        const record = logRecord('warn', `${lost} lines are not here: nobody read them`, {
          event: 'lines-lost',
          lost,
        });
        lost = 0;
        log.write(record);
      }
      io.err(line);
    },
    isTerminal: io.terminal,
    isJournal: stats !== undefined && leadsToJournal(io.env, stats),
    now: () => io.now().getTime(),
  });
  return log;
}
