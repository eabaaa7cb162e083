/** What became of a hook, as a line of the log. */
import { formatDuration } from '../duration.ts';
import type { Facts } from './event-facts.ts';
import { HOOK_OF, type HookEvent } from './hooks-facts.ts';
import type { HookOutcome } from './hooks-run.ts';
import { type LogLevel, type LogRecord, logRecord } from './log/record.ts';

/** Success in silence is for those who look closely; what a command says is for everybody. */
export function hookRecord(
  event: HookEvent,
  program: string,
  timeoutMs: number,
  { end, output }: HookOutcome,
): LogRecord {
  const text = oneLine(output);
  const said = text === '' ? '' : `: ${text}`;
  const hook = HOOK_OF[event.type];
  const { certificate, server = '' }: { certificate?: string; server?: string } = event;
  const fields: Facts = {
    event: 'hook',
    hook,
    ...(certificate === undefined ? { server } : { certificate }),
    program,
    ...(end.how === 'exit' && { exitCode: end.code }),
    ...(end.how === 'signal' && { signal: end.signal }),
    ...(text !== '' && { output: text }),
  };
  const isGood = end.how === 'exit' && end.code === 0;
  const quiet: LogLevel = text === '' ? 'debug' : 'info';
  const message = `${certificate ?? server}: hook ${hook}: ${program} ${endWords(end, timeoutMs)}${said}`;
  return logRecord(isGood ? quiet : 'warn', message, fields);
}

/** What became of a command. */
export function endWords(end: HookOutcome['end'], timeoutMs: number): string {
  switch (end.how) {
    case 'exit':
      return end.code === 0 ? 'is done' : `ended with exit code ${end.code}`;
    case 'signal':
      return `was ended by ${end.signal}`;
    case 'time limit':
      return `was stopped after ${formatDuration(timeoutMs)}`;
    case 'shutdown':
      return 'was stopped for the shutdown';
    case 'not started':
      return `cannot be run: ${end.message}`;
  }
}

/** The lines of an output side by side. */
export const oneLine = (output: Buffer): string =>
  output
    .toString('utf8')
    .split(/[\r\n]+/)
    .map((line) => line.trim())
    .filter((line) => line !== '')
    .join(' | ');
