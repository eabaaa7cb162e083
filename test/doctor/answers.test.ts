/** What headers give away: who answers, and what time it is there. */
import { describe, expect, it } from 'vitest';
import type { Asked, Known } from '../../src/doctor/check.ts';
import { checkClock } from '../../src/doctor/clock.ts';
import { checkEdge } from '../../src/doctor/edge.ts';
import { NOW, shift } from '../support/pki.ts';
import { tools } from './tools.ts';

type Headers = Asked['exchanges'][number]['answer']['headers'];

const known = (...answers: readonly Headers[]): Known => ({
  target: { kind: 'file', path: 'domain.crt' },
  asked: {
    exchanges: answers.map((headers) => ({
      request: { method: 'GET', url: new URL('http://ocsp.example.test/'), maxBytes: 1 },
      answer: { status: 200, statusText: 'OK', headers, body: Buffer.of(), address: '8.8.4.4' },
      at: NOW,
    })),
    der: undefined,
    nonce: undefined,
    error: undefined,
    verdict: undefined,
    method: undefined,
  },
});

describe('the edge', () => {
  it.each<[Headers, string]>([
    [
      { 'cf-ray': '8f1-VIE', server: 'cloudflare' },
      'Cloudflare at 8.8.4.4 (server: cloudflare; cf-ray: 8f1-VIE)',
    ],
    [{ 'x-amz-cf-id': 'a' }, 'Amazon CloudFront at 8.8.4.4 (x-amz-cf-id: a)'],
    [{ server: 'AkamaiGHost' }, 'Akamai at 8.8.4.4 (server: AkamaiGHost)'],
    [{ 'x-served-by': 'cache-vie1' }, 'Fastly at 8.8.4.4 (x-served-by: cache-vie1)'],
    [{ via: '1.1 google' }, 'Google at 8.8.4.4 (via: 1.1 google)'],
    [{ 'x-cache': 'HIT', age: '7' }, 'a cache at 8.8.4.4 (x-cache: HIT; age: 7)'],
    [{ server: 'nginx' }, 'no sign of a CDN or cache at 8.8.4.4 (server: nginx)'],
  ])('is known by %j', async (headers, detail) => {
    const { findings } = await checkEdge(known(headers), tools());
    expect(findings).toMatchObject([{ title: 'edge', detail }]);
  });
});

const HOUR = 3_600_000;
const dated = (ms: number, more: Headers = {}): Headers => ({ date: shift(NOW, ms).toUTCString(), ...more });

describe('the clock', () => {
  it.each<[string, Headers[], string, string]>([
    ['agrees', [dated(0)], 'ok', "within 0s of the responder's Date"],
    ['is ahead', [dated(-2 * HOUR)], 'problem', "2h ahead of the responder's Date"],
    ['is behind', [dated(2 * HOUR)], 'problem', "2h behind the responder's Date"],
    [
      'agrees with an old answer out of a cache',
      [dated(-HOUR, { age: '3600' })],
      'ok',
      "within 0s of the responder's Date",
    ],
    [
      'agrees with an edge that dates what it cached anew',
      [dated(0, { age: '3600' })],
      'ok',
      "within 0s of the responder's Date",
    ],
    [
      'agrees with the newest of several answers',
      [dated(-HOUR), dated(0)],
      'ok',
      "within 0s of the responder's Date",
    ],
    ['is not told', [{ date: 'yesterday' }], 'note', 'no answer has a Date'],
  ])('%s', async (_sentence, answers, outcome, detail) => {
    const { findings } = await checkClock(known(...answers), tools());
    expect(findings).toMatchObject([{ title: 'clock', outcome, detail }]);
  });
});
