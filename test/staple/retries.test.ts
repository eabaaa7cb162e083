/** How `fetchResponse` asks again. Chance, the clock and the waits are the test's own: nothing here takes time. */
import { describe, expect, it } from 'vitest';
import type { RestapleError } from '../../src/errors.ts';
import { createLimiter } from '../../src/http/limiter.ts';
import { type FetchedResponse, type RetryOptions, fetchResponse } from '../../src/staple/fetch-response.ts';
import { type Staple, verifyStaple } from '../../src/staple/staple.ts';
import { client, serve } from '../http/harness.ts';
import { rawResponse } from '../support/alter.ts';
import { type Behaviour, type TestServer, answer, reset } from '../support/http-server.ts';
import { NOW, createTestPki, testResponse } from '../support/pki.ts';

const pki = createTestPki();
const { certificate } = pki.leaf;
const issuer = pki.issuer.certificate;
const good: Behaviour = answer({ body: testResponse(pki) });
const missing: Behaviour = answer({ status: 404, reason: 'Not Found' });
const busy: Behaviour = answer({ status: 503, reason: 'Busy' });
const later = (seconds: string): Behaviour =>
  answer({ status: 429, reason: 'Slow Down', headers: [['Retry-After', seconds]] });
const tryLater: Behaviour = answer({ body: rawResponse(3) });
const tryLaterIn = (seconds: string): Behaviour =>
  answer({ headers: [['Retry-After', seconds]], body: rawResponse(3) });

/** A server that does one thing after the other, and the last one for ever. */
async function inTurn(...behaviours: readonly Behaviour[]): Promise<TestServer> {
  let count = 0;
  return serve((request, socket) => {
    const behaviour = behaviours[Math.min(count++, behaviours.length - 1)];
    behaviour?.(request, socket);
  });
}

interface Run {
  readonly result: Promise<FetchedResponse<Staple>>;
  /** What was waited, in milliseconds. */
  readonly waits: number[];
  readonly reasons: RestapleError['code'][];
}

async function run(
  servers: readonly TestServer[],
  retries: number,
  more: { timeoutMs?: number } = {},
): Promise<Run> {
  const waits: number[] = [];
  const reasons: RestapleError['code'][] = [];
  let clock = 0;
  const retry: RetryOptions = {
    retries,
    random: () => 0.5,
    now: () => clock,
    wait: (ms) => {
      waits.push(ms);
      clock += ms;
      return Promise.resolve();
    },
    waiting: (_ms, error) => void reasons.push(error.code),
  };
  const result = fetchResponse({
    certificate,
    issuer,
    urls: servers.map((server) => server.url().href),
    client: client(),
    limiter: createLimiter(),
    method: 'post',
    headers: [],
    hash: 'sha1',
    nonce: undefined,
    timeoutMs: 45_000,
    retry,
    accept: (der) => verifyStaple(der, { certificate, issuer, now: NOW }),
    ...more,
  });
  await result.catch(() => undefined);
  return { result, waits, reasons };
}

const counts = (...servers: readonly TestServer[]): number[] =>
  servers.map(({ requests }) => requests.length);

describe('a failure that passes', () => {
  it.each<[string, readonly Behaviour[], readonly number[], readonly string[]]>([
    ['a connection that breaks', [reset, good], [250], ['http-unreachable']],
    ['503 twice', [busy, busy, good], [250, 500], ['http-status', 'http-status']],
    ['tryLater, then 503', [tryLater, busy, good], [250, 500], ['responder-try-later', 'http-status']],
    ['429 with a wait', [later('3'), good], [3000], ['http-status']],
    ['tryLater with a wait', [tryLaterIn('4'), good], [4000], ['responder-try-later']],
  ])('%s: the staple comes in the end', async (_sentence, behaviours, waits, reasons) => {
    const server = await inTurn(...behaviours);
    const outcome = await run([server], 2);
    expect((await outcome.result).value.verdict.certStatus).toEqual({ type: 'good' });
    expect([outcome.waits, outcome.reasons]).toEqual([waits, reasons]);
    expect(counts(server)).toEqual([behaviours.length]);
  });

  it('of one responder: the others are not asked again', async () => {
    const [gone, slow, last] = [await inTurn(missing), await inTurn(busy, good), await inTurn(missing)];
    const outcome = await run([gone, slow, last], 2);
    expect((await outcome.result).responder).toBe(slow.url().href);
    expect(counts(gone, slow, last)).toEqual([1, 2, 1]);
  });

  it('of two responders: the longer wait that one wants counts', async () => {
    const [first, second] = [await inTurn(later('1'), busy), await inTurn(later('2'), good)];
    const outcome = await run([first, second], 2);
    expect((await outcome.result).responder).toBe(second.url().href);
    expect(outcome.waits).toEqual([2000]);
  });
});

describe('a failure that stays', () => {
  it.each([
    [0, 1, []],
    [1, 2, [250]],
    [3, 4, [250, 500, 1000]],
  ])('with %i retries is asked %i times', async (retries, asked, waits) => {
    const server = await inTurn(busy);
    const outcome = await run([server], retries);
    await expect(outcome.result).rejects.toMatchObject({ code: 'http-status', status: 503 });
    expect([counts(server), outcome.waits]).toEqual([[asked], waits]);
  });

  it.each<[string, Behaviour, string]>([
    ['404', missing, 'http-status'],
    ['unauthorized', answer({ body: rawResponse(6) }), 'responder-unauthorized'],
    ['a page', answer({ body: '<html>' }), 'http-not-ocsp'],
    ['a response cut short', answer({ body: testResponse(pki).subarray(0, -1) }), 'der-malformed'],
  ])('%s is asked once', async (_sentence, behaviour, code) => {
    const server = await inTurn(behaviour);
    const outcome = await run([server], 2);
    await expect(outcome.result).rejects.toMatchObject({ code });
    expect([counts(server), outcome.waits]).toEqual([[1], []]);
  });

  it('ends the attempt when the server wants a longer wait than there is time', async () => {
    const server = await inTurn(later('45'), good);
    const outcome = await run([server], 2);
    await expect(outcome.result).rejects.toMatchObject({ status: 429, retryAfterMs: 45_000 });
    expect([counts(server), outcome.waits]).toEqual([[1], []]);
  });

  it('ends the attempt when the waits have used the time up', async () => {
    const server = await inTurn(later('20'));
    const outcome = await run([server], 10);
    await expect(outcome.result).rejects.toMatchObject({ status: 429 });
    expect([counts(server), outcome.waits]).toEqual([[3], [20_000, 20_000]]);
  });
});
