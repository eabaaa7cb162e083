import { describe, expect, it } from 'vitest';
import { eventRecord } from '../../../src/keeper/log/event-record.ts';
import { EVENTS } from './events.ts';

const { fetched, failed, revoked, alarm } = EVENTS;
const { 'let-go': letGo, 'responder-back': back, 'clock-jumped': jumped } = EVENTS;

describe('an event in words', () => {
  it.each([
    [
      fetched,
      'info',
      '/etc/ssl/www.pem: fetched from http://ocsp.example.com/ after 2 failed tries, valid until 2026-02-28T21:32:45Z; next fetch 2026-02-25T16:05:11Z',
    ],
    [
      { ...fetched, failures: 0 },
      'info',
      '/etc/ssl/www.pem: fetched from http://ocsp.example.com/, valid until 2026-02-28T21:32:45Z; next fetch 2026-02-25T16:05:11Z',
    ],
    [
      EVENTS.unchanged,
      'debug',
      '/etc/ssl/www.pem: nothing newer at http://ocsp.example.com/, the staple is valid until 2026-02-28T21:32:45Z; next try 2026-02-25T16:05:11Z',
    ],
    [
      EVENTS.published,
      'info',
      '/etc/ssl/www.pem: staple written to /etc/ssl/www.pem.ocsp, /etc/ssl/www.der, valid until 2026-02-28T21:32:45Z',
    ],
    [
      failed,
      'warn',
      '/etc/ssl/www.pem: failed (4 in a row): no answer from 203.0.113.7 in 15s; the staple is valid until 2026-02-28T21:32:45Z; next try 2026-02-25T16:05:11Z',
    ],
    [
      {
        type: 'failed',
        certificate: 'a.pem',
        code: 'http-status',
        message: '403',
        failures: 1,
        nextAt: Infinity,
      },
      'warn',
      'a.pem: failed: 403; there is no staple; next try never',
    ],
    [
      revoked,
      'error',
      '/etc/ssl/www.pem: revoked: revoked at 2026-02-24T08:00:00Z; the staple is valid until 2026-02-28T21:32:45Z, and no other is asked for',
    ],
    [
      { type: 'revoked', certificate: 'a.pem', message: 'revoked' },
      'error',
      'a.pem: revoked: revoked; there is no staple, and no other is asked for',
    ],
    [alarm, 'error', '/etc/ssl/www.pem: critical: the staple ends in 6h'],
    [{ ...alarm, level: 'warning' }, 'warn', '/etc/ssl/www.pem: warning: the staple ends in 6h'],
    [
      EVENTS.recovered,
      'info',
      '/etc/ssl/www.pem: all is well again, the staple is valid until 2026-02-28T21:32:45Z',
    ],
    [letGo, 'info', '/etc/ssl/www.pem: let go: the certificate ended at 2026-02-25T00:00:00Z'],
    [{ ...letGo, reason: 'nothing to ask', message: '' }, 'info', '/etc/ssl/www.pem: let go: nothing to ask'],
    [
      EVENTS.damaged,
      'warn',
      '/etc/ssl/www.pem: /var/lib/restaple/1f.ocsp is damaged: OCSPResponse: no bytes',
    ],
    [
      EVENTS['responder-down'],
      'warn',
      'ocsp.example.com: down for certificates of CN=Example CA, asked for one at a time: connection refused',
    ],
    [
      back,
      'info',
      'ocsp.example.com: answers again for certificates of CN=Example CA after 3h; 120 certificates wait for it',
    ],
    [
      { ...back, waiting: 1 },
      'info',
      'ocsp.example.com: answers again for certificates of CN=Example CA after 3h; 1 certificate waits for it',
    ],
    [
      EVENTS['clock-wrong'],
      'warn',
      'the clock says 1986-02-24T08:00:00Z, and the first of all certificates begins 2026-01-12T08:00:00Z (/etc/ssl/www.pem); hint: set the clock, no staple is good before that',
    ],
    [jumped, 'warn', 'the clock jumped back by 2h; due times are computed anew'],
    [{ ...jumped, byMs: 60_000 }, 'warn', 'the clock jumped ahead by 1m; due times are computed anew'],
  ] as const)('%o', (event, level, message) => {
    expect(eventRecord(event)).toMatchObject({ level, message });
  });
});

describe('its fields', () => {
  it('are the facts, with moments that programs read', () => {
    expect(eventRecord(failed).fields).toEqual({
      event: 'failed',
      certificate: '/etc/ssl/www.pem',
      code: 'http-timeout',
      failures: 4,
      nextAt: '2026-02-25T16:05:11Z',
      validUntil: '2026-02-28T21:32:45Z',
    });
  });

  it('leave out a moment that never comes', () => {
    expect(eventRecord({ ...failed, nextAt: Infinity }).fields).not.toHaveProperty('nextAt');
  });

  it.each(Object.values(EVENTS))('do not get into the way of what every line has: $type', (event) => {
    const { fields } = eventRecord(event);
    expect(fields).toHaveProperty('event', event.type);
    for (const name of ['level', 'time', 'message']) expect(fields).not.toHaveProperty(name);
  });

  it('name the level of an alarm apart from that of the line', () => {
    expect(eventRecord({ ...alarm, level: 'warning' }).fields).toHaveProperty('alarm', 'warning');
  });
});

describe('text from outside', () => {
  const nasty = 'a\n\u001B[2Jb\u202Ec';
  const clean = String.raw`a\u{a}\u{1b}[2Jb\u{202e}c`;

  it('loses what repaints a terminal or ends a line', () => {
    const record = eventRecord({ ...EVENTS.damaged, certificate: nasty, path: nasty, message: nasty });
    expect(record.message).toBe(`${clean}: ${clean} is damaged: ${clean}`);
    expect(record.fields).toEqual({ event: 'damaged', certificate: clean, path: clean });
  });

  it('loses it in lists, too', () => {
    const record = eventRecord({ ...EVENTS.published, files: [nasty, 'b'] });
    expect(record.fields['files']).toEqual([clean, 'b']);
    expect(record.message).toContain(`written to ${clean}, b,`);
  });
});
