/** A line of the log before it has a form. Every record is made here, so that none carries what repaints a terminal. */
import { printable } from '../../text.ts';
import type { Fact, Facts } from '../event-facts.ts';

export type LogLevel = 'debug' | 'info' | 'warn' | 'error';

export interface LogRecord {
  readonly level: LogLevel;
  /** A whole sentence: it says all that matters without the fields. */
  readonly message: string;
  /** For programs. Never named `level`, `time` or `message`: a log line has these of its own. */
  readonly fields: Facts;
}

/** Cleans message and fields: names of files and words of responders are text from outside. */
export function logRecord(level: LogLevel, message: string, fields: Facts = {}): LogRecord {
  return {
    level,
    message: printable(message),
    fields: Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, clean(value)])),
  };
}

function clean(value: Fact): Fact {
  if (typeof value === 'number') return value;
  return typeof value === 'string' ? printable(value) : value.map(printable);
}
