/** An event of each type, as the keeper reports them. */
import type { KeeperEvent, KeeperEventType } from '../../../src/keeper/events.ts';

export const at = (text: string): number => Date.parse(text);

const certificate = '/etc/ssl/www.pem';
const responder = 'http://ocsp.example.com/';
const thisUpdate = at('2026-02-25T09:32:45Z');
const validUntil = at('2026-02-28T21:32:45Z');
const nextAt = at('2026-02-25T16:05:11Z');

/** With every field that an event of its type can have. */
export const EVENTS: {
  readonly [Type in KeeperEventType]: Required<Extract<KeeperEvent, { readonly type: Type }>>;
} = {
  fetched: { type: 'fetched', certificate, responder, thisUpdate, validUntil, nextAt, failures: 2 },
  unchanged: { type: 'unchanged', certificate, responder, validUntil, nextAt },
  published: {
    type: 'published',
    certificate,
    files: ['/etc/ssl/www.pem.ocsp', '/etc/ssl/www.der'],
    validUntil,
  },
  failed: {
    type: 'failed',
    certificate,
    code: 'http-timeout',
    message: 'no answer from 203.0.113.7 in 15s',
    failures: 4,
    nextAt,
    validUntil,
  },
  revoked: { type: 'revoked', certificate, message: 'revoked at 2026-02-24T08:00:00Z', validUntil },
  alarm: { type: 'alarm', certificate, level: 'critical', message: 'the staple ends in 6h', validUntil },
  recovered: { type: 'recovered', certificate, validUntil },
  'let-go': {
    type: 'let-go',
    certificate,
    reason: 'expired',
    message: 'the certificate ended at 2026-02-25T00:00:00Z',
  },
  damaged: {
    type: 'damaged',
    certificate,
    path: '/var/lib/restaple/1f.ocsp',
    message: 'OCSPResponse: no bytes',
  },
  'responder-down': {
    type: 'responder-down',
    responder: 'ocsp.example.com',
    issuer: 'CN=Example CA',
    message: 'connection refused',
  },
  'responder-back': {
    type: 'responder-back',
    responder: 'ocsp.example.com',
    issuer: 'CN=Example CA',
    afterMs: 10_800_000,
    waiting: 120,
  },
  reloaded: { type: 'reloaded', server: 'web', staples: 3 },
  'server-failed': {
    type: 'server-failed',
    server: 'web',
    certificate,
    code: 'server-check-failed',
    message: '/usr/sbin/nginx ended with exit code 1',
    failures: 2,
    nextAt,
  },
  'server-recovered': { type: 'server-recovered', server: 'web' },
  withdrawn: {
    type: 'withdrawn',
    server: 'web',
    certificate,
    files: ['/var/lib/restaple/nginx/www.ocsp'],
    message: 'it ends at 2026-02-28T21:32:45Z, and there is no newer one',
  },
  observed: { type: 'observed', server: 'web', certificate, address: '127.0.0.1:443' },
  mismatch: {
    type: 'mismatch',
    server: 'web',
    certificate,
    address: '127.0.0.1:443',
    message: 'it serves no staple',
  },
  'clock-wrong': {
    type: 'clock-wrong',
    now: Date.UTC(1986, 1, 24, 8),
    notBefore: Date.UTC(2026, 0, 12, 8),
    certificate,
  },
  'clock-jumped': { type: 'clock-jumped', byMs: -7_200_000 },
};
