/** Whether standard error ends in systemd's journal, which keeps a level for each line and lets people filter by it. */
import type { LogLevel } from './record.ts';

/** What `fstat` says of a descriptor. */
export interface Identity {
  readonly dev: number;
  readonly ino: number;
}

/**
 * By `$JOURNAL_STREAM`, the device and inode that systemd connected (systemd.exec(5)). They are compared, since a
 * descriptor may have been redirected to a file, where the prefix would be rubbish.
 */
export function leadsToJournal(
  env: Readonly<Record<string, string | undefined>>,
  { dev, ino }: Identity,
): boolean {
  return env['JOURNAL_STREAM'] === `${dev}:${ino}`;
}

/** sd-daemon(3): the syslog level before a line, which the journal takes off and stores apart. */
export const JOURNAL_PREFIX: Readonly<Record<LogLevel, string>> = {
  error: '<3>',
  warn: '<4>',
  info: '<6>',
  debug: '<7>',
};
