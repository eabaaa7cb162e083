/** The log of the keeper: one line for each event that matters, as JSON for programs or as text for a person. */
import type { KeeperEvent } from '../events.ts';
import { eventRecord } from './event-record.ts';
import { JOURNAL_PREFIX } from './journal.ts';
import type { LogLevel, LogRecord } from './record.ts';
import { localMoment, textLine } from './text-line.ts';

/** `auto` is text on a terminal and JSON elsewhere: what is not read as it goes by is searched, by programs. */
export type LogFormat = 'auto' | 'json' | 'text';

export interface LogOptions {
  readonly format: LogFormat;
  /** The least that is written. */
  readonly level: LogLevel;
  /** Takes a line with its end, at once, and never throws: a full disk behind the log must not stop the keeper. */
  readonly out: (line: string) => void;
  readonly isTerminal: boolean;
  /** Puts the level before each line, as systemd's journal reads it: `leadsToJournal`. */
  readonly isJournal: boolean;
  /** Milliseconds since 1970. */
  readonly now: () => number;
}

/** Synchronous, so that nothing is lost when the process ends; never throws. */
export interface Log {
  event(event: KeeperEvent): void;
  write(record: LogRecord): void;
}

const RANK: Readonly<Record<LogLevel, number>> = { debug: 0, info: 1, warn: 2, error: 3 };

/** pino is loaded when it is JSON that is written, and not before. */
export async function createLog(options: LogOptions): Promise<Log> {
  const { format, level: least, isTerminal, isJournal, now } = options;
  const out = (level: LogLevel, line: string): void =>
    options.out(isJournal ? JOURNAL_PREFIX[level] + line : line);
  if (format === 'json' || (format === 'auto' && !isTerminal)) {
    const { write } = await jsonWriter(least, out, now);
    return { write, event: (event) => write(eventRecord(event)) };
  }
  const write = (record: LogRecord): void => {
    if (RANK[record.level] >= RANK[least]) out(record.level, `${textLine(record, now())}\n`);
  };
  return { write, event: (event) => write(eventRecord(event, localMoment(now()))) };
}

async function jsonWriter(
  least: LogLevel,
  out: (level: LogLevel, line: string) => void,
  now: () => number,
): Promise<Pick<Log, 'write'>> {
  const { pino } = await import('pino');
  let level: LogLevel = least;
  const logger = pino(
    {
      level: least,
      base: null,
      messageKey: 'message',
      formatters: { level: (label) => ({ level: label }) },
      timestamp: () => `,"time":"${new Date(now()).toISOString()}"`,
    },
    { write: (line) => out(level, line) },
  );
  return {
    write: (record) => {
      level = record.level;
      logger[level](record.fields, record.message);
    },
  };
}
