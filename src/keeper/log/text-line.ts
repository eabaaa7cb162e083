/** The log as a person reads it who watches it go by: local time, level, sentence. */
import type { ShowMoment } from './event-record.ts';
import type { LogLevel, LogRecord } from './record.ts';

const TWO = (value: number): string => String(value).padStart(2, '0');

const timeOf = (date: Date): string =>
  `${TWO(date.getHours())}:${TWO(date.getMinutes())}:${TWO(date.getSeconds())}`;

const dayOf = (date: Date): string =>
  `${date.getFullYear()}-${TWO(date.getMonth() + 1)}-${TWO(date.getDate())}`;

const WORDS: Readonly<Record<LogLevel, string>> = {
  debug: 'debug',
  info: 'info ',
  warn: 'warn ',
  error: 'error',
};

/** `16:04:05 warn  www.example.com.pem: failed: …`, without the end of the line. */
export const textLine = ({ level, message }: LogRecord, now: number): string =>
  `${timeOf(new Date(now))} ${WORDS[level]} ${message}`;

/** A moment of today by its time, any other with its day. */
export function localMoment(now: number): ShowMoment {
  return (ms) => {
    const date = new Date(ms);
    if (Number.isNaN(date.getTime())) return 'never';
    const today = dayOf(new Date(now)) === dayOf(date);
    return today ? timeOf(date) : `${dayOf(date)} ${timeOf(date)}`;
  };
}
