import { describe, expect, it } from 'vitest';
import { ResponseError, TransportError } from '../../src/errors.ts';
import { HostHealth } from '../../src/http/host-health.ts';

const DEAD = new URL('http://dead.example.test/a');
const timeout = (): Promise<never> => Promise.reject(new TransportError('http-timeout', 'no answer', 'u'));
const answer = (): Promise<string> => Promise.resolve('answer');

async function failTimes(health: HostHealth, count: number, url = DEAD): Promise<void> {
  for (let i = 0; i < count; i++) await health.run(url, timeout).catch(() => {});
}

describe('HostHealth', () => {
  it('asks no more after five failures in a row', async () => {
    const health = new HostHealth();
    await failTimes(health, 4);
    expect(health.isSilent(DEAD)).toBe(false);
    await failTimes(health, 1);
    expect(health.isSilent(DEAD)).toBe(true);
    let asked = false;
    const attempt = health.run(new URL('http://dead.example.test/another'), () => {
      asked = true;
      return answer();
    });
    await expect(attempt).rejects.toMatchObject({
      code: 'http-unreachable',
      message: 'dead.example.test did not answer 5 times in a row, and is not asked again',
    });
    expect(asked).toBe(false);
  });

  it('counts each host by itself', async () => {
    const health = new HostHealth();
    await failTimes(health, 5);
    await expect(health.run(new URL('http://dead.example.test:8080/'), answer)).resolves.toBe('answer');
  });

  it.each([
    ['an answer', answer],
    ['a status', () => Promise.reject(new TransportError('http-status', '503', 'u', 503))],
    ['a refused response', () => Promise.reject(new ResponseError('response-expired', 'old'))],
  ])('begins anew after %s', async (_, attempt: () => Promise<string>) => {
    const health = new HostHealth();
    await failTimes(health, 4);
    await health.run(DEAD, attempt).catch(() => {});
    await failTimes(health, 4);
    expect(health.isSilent(DEAD)).toBe(false);
  });
});
