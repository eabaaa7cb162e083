/** A short soak; the long one is `npm run bench -- relay-soak`. */
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { startRelayProcess } from '../support/relay-process.ts';
import { soak } from '../support/relay-soak.ts';

let cli: BuiltCli;
beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());

it('20,000 requests, one in a hundred of them bad, are answered right', async () => {
  const relay = await startRelayProcess(cli.program('restaple'));
  try {
    const { bad, good, wrong, wrongs } = await soak(relay, { requests: 20_000, clients: 16, seed: 7 });
    expect(wrong).toEqual([]);
    expect(wrongs).toBe(0);
    expect(good).toBeGreaterThan(19_000);
    expect(bad.size).toBe(13);
  } finally {
    expect(await relay.stop()).toBe(0);
  }
});
