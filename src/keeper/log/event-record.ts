/** Events in words, each with how much it matters. Pure. */
import { formatDuration } from '../../duration.ts';
import { factsOf, formatMoment } from '../event-facts.ts';
import type { KeeperEvent } from '../events.ts';
import { type LogLevel, type LogRecord, logRecord } from './record.ts';

/** A moment in words: a terminal shows the time of the place, a log file the one that needs no place. */
export type ShowMoment = (ms: number) => string;

/** `fields` has the type as `event` and the facts but for `message`, which is in the sentence, and `level`, which is `alarm`. */
export function eventRecord(event: KeeperEvent, show: ShowMoment = formatMoment): LogRecord {
  const { message: _, level: alarm, ...facts } = factsOf(event);
  const fields = { event: event.type, ...facts, ...(alarm === undefined ? {} : { alarm }) };
  return logRecord(levelOf(event), sentence(event, show), fields);
}

function levelOf(event: KeeperEvent): LogLevel {
  switch (event.type) {
    case 'unchanged':
    case 'observed':
      return 'debug';
    case 'fetched':
    case 'published':
    case 'recovered':
    case 'let-go':
    case 'responder-back':
    case 'reloaded':
    case 'server-recovered':
      return 'info';
    case 'failed':
    case 'damaged':
    case 'responder-down':
    case 'clock-wrong':
    case 'clock-jumped':
    case 'withdrawn':
    case 'mismatch':
      return 'warn';
    case 'alarm':
      return event.level === 'critical' ? 'error' : 'warn';
    case 'revoked':
    case 'server-failed':
      return 'error';
  }
}

function sentence(event: KeeperEvent, show: ShowMoment): string {
  switch (event.type) {
    case 'fetched': {
      const tries =
        event.failures === 0 ? '' : ` after ${counted(event.failures, 'failed try', 'failed tries')}`;
      return `${event.certificate}: fetched from ${event.responder}${tries}, valid until ${show(event.validUntil)}; next fetch ${show(event.nextAt)}`;
    }
    case 'unchanged':
      return `${event.certificate}: nothing newer at ${event.responder}, the staple is valid until ${show(event.validUntil)}; next try ${show(event.nextAt)}`;
    case 'published':
      return `${event.certificate}: staple written to ${event.files.join(', ')}, valid until ${show(event.validUntil)}`;
    case 'failed': {
      const row = event.failures > 1 ? ` (${event.failures} in a row)` : '';
      return `${event.certificate}: failed${row}: ${event.message}; ${present(event.validUntil, show)}; next try ${show(event.nextAt)}`;
    }
    case 'revoked':
      return `${event.certificate}: revoked: ${event.message}; ${present(event.validUntil, show)}, and no other is asked for`;
    case 'alarm':
      return `${event.certificate}: ${event.level}: ${event.message}`;
    case 'recovered':
      return `${event.certificate}: all is well again, the staple is valid until ${show(event.validUntil)}`;
    case 'let-go':
      return `${event.certificate}: let go: ${event.message === '' ? event.reason : event.message}`;
    case 'damaged':
      return `${event.certificate}: ${event.path} is damaged: ${event.message}`;
    case 'responder-down':
      return `${event.responder}: down for certificates of ${event.issuer}, asked for one at a time: ${event.message}`;
    case 'responder-back':
      return `${event.responder}: answers again for certificates of ${event.issuer} after ${formatDuration(event.afterMs)}; ${counted(event.waiting, 'certificate waits', 'certificates wait')} for it`;
    case 'reloaded':
      return `${event.server}: reloaded for ${counted(event.staples, 'staple', 'staples')}`;
    case 'server-failed': {
      const row = event.failures > 1 ? ` (${event.failures} in a row)` : '';
      const whose = event.certificate === undefined ? '' : `the staple of ${event.certificate}: `;
      return `${event.server}: failed${row}: ${whose}${event.message}; next try ${show(event.nextAt)}`;
    }
    case 'server-recovered':
      return `${event.server}: all is well again`;
    case 'withdrawn':
      return `${event.certificate}: withdrawn from ${event.server}: ${event.message}`;
    case 'observed':
      return `${event.certificate}: ${event.server} serves the staple at ${event.address}`;
    case 'mismatch':
      return `${event.certificate}: ${event.server} does not serve the staple at ${event.address}: ${event.message}`;
    case 'clock-wrong':
      return `the clock says ${show(event.now)}, and the first of all certificates begins ${show(event.notBefore)} (${event.certificate}); hint: set the clock, no staple is good before that`;
    case 'clock-jumped':
      return `the clock jumped ${event.byMs < 0 ? 'back' : 'ahead'} by ${formatDuration(Math.abs(event.byMs))}; due times are computed anew`;
  }
}

const counted = (count: number, one: string, many: string): string =>
  count === 1 ? `1 ${one}` : `${count} ${many}`;

const present = (validUntil: number | undefined, show: ShowMoment): string =>
  validUntil === undefined ? 'there is no staple' : `the staple is valid until ${show(validUntil)}`;
