/**
 * The proof of the proof: the keeper is broken in one place after another, and each time the simulation must find it.
 * What is broken here is the text of the source, so a mutation that no longer fits fails, too.
 */
import { mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import { build } from 'esbuild';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { problemsOf } from '../../src/simulation/report.ts';
import type { simulate } from '../../src/simulation/simulation.ts';

interface Mutation {
  readonly what: string;
  readonly file: string;
  readonly from: string;
  readonly to: string;
  /** What the simulation says then. */
  readonly finds: RegExp;
}

const MUTATIONS: readonly Mutation[] = [
  {
    what: 'takes an older answer',
    file: 'keeper/attempts.ts',
    from: 'answer.thisUpdate > held.thisUpdate ||',
    to: 'true ||',
    finds: /older one/,
  },
  {
    what: 'drops the staple when it restarts',
    file: 'keeper/attempts.ts',
    from: 'entry.staple = staple && lifeOf(staple);',
    to: 'entry.staple = undefined;',
    finds: /older one|that was to be had/,
  },
  {
    what: 'asks when the staple has nearly ended',
    file: 'staple/refresh-policy.ts',
    from: 'Math.min(policy.refreshAt + share * policy.spread, LATEST)',
    to: '0.999',
    finds: /that was to be had/,
  },
  {
    what: 'waits an hour after a failure, however little is left',
    file: 'staple/backoff.ts',
    from: 'clamp(remainingMs / 4, SHORTEST_LIMIT_MS, policy.retryMaxMs)',
    to: 'policy.retryMaxMs',
    finds: /that was to be had/,
  },
  {
    what: 'waits until the staple has ended after an answer that was no newer',
    file: 'staple/refresh-policy.ts',
    from: 'Math.min(wish, unchangedLimitMs(remaining))',
    to: 'Math.max(wish, remaining)',
    finds: /that was to be had/,
  },
  {
    what: 'lets everybody ask a responder that is down',
    file: 'keeper/responder-gate.ts',
    from: 'const FAILURES_IN_A_ROW = 5;',
    to: 'const FAILURES_IN_A_ROW = Infinity;',
    finds: /requests into an outage/,
  },
  {
    what: 'lets everybody ask one responder at once',
    file: 'keeper/responder-host.ts',
    from: 'if (this.#inside + this.#called.size >= this.#most) return false;',
    to: '',
    finds: /at once at one responder/,
  },
  {
    what: 'does not wake those that wait when a responder is back',
    file: 'keeper/keeper.ts',
    from: 'for (const one of waited) this.#advance(one, now);',
    to: '',
    finds: /recoveries that took long|that was to be had/,
  },
  {
    what: 'lets those before the door wait until they are called',
    file: 'keeper/keeper.ts',
    from: 'entry.attemptAt = now + this.#attempts.patienceOf(entry, now);\n    if (entry.unwritten)',
    to: 'entry.attemptAt = Infinity;\n    if (entry.unwritten)',
    finds: /that was to be had/,
  },
  {
    what: 'does not see that the clock was set',
    file: 'keeper/keeper.ts',
    from: 'jumped: (byMs) => this.#reopenAll(byMs),',
    to: 'jumped: () => {},',
    finds: /that was to be had/,
  },
  {
    what: 'believes what was written down by a clock that was wrong',
    file: 'keeper/next-attempt.ts',
    from: 'isCredible ? Math.max(memory.attemptAt, now) : now',
    to: 'isCredible || true ? Math.max(memory.attemptAt, now) : now',
    finds: /that was to be had/,
  },
];

const SOURCE = resolve(import.meta.dirname, '../../src');
const OPTIONS = { certificates: 120, days: 120 };
const SEEDS = [1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12];

interface Simulation {
  readonly simulate: typeof simulate;
  readonly problemsOf: typeof problemsOf;
}

let directory = '';
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'restaple-mutations-'));
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

describe('the simulation finds out a keeper that', () => {
  it.each(MUTATIONS)('$what', async ({ file, from, to, finds }) => {
    const { simulate: run, problemsOf: judge } = await simulationWith(file, from, to);
    let found: string | undefined;
    for (const seed of SEEDS) {
      const options = { ...OPTIONS, seed };
      found = judge(await run(options), options).find((problem) => finds.test(problem));
      if (found !== undefined) break;
    }
    expect(found).toMatch(finds);
  });
});

async function simulationWith(file: string, from: string, to: string): Promise<Simulation> {
  const path = join(SOURCE, file);
  const parts = readFileSync(path, 'utf8').split(from);
  expect(parts).toHaveLength(2);
  const outfile = join(directory, `${MUTATIONS.findIndex((one) => one.from === from)}.mjs`);
  await build({
    stdin: {
      contents: `export { simulate } from './simulation.ts';\nexport { problemsOf } from './report.ts';\n`,
      resolveDir: join(SOURCE, 'simulation'),
      loader: 'ts',
    },
    outfile,
    bundle: true,
    platform: 'node',
    format: 'esm',
    packages: 'external',
    logLevel: 'silent',
    plugins: [
      {
        name: 'mutation',
        setup: (plugin) =>
          plugin.onLoad({ filter: /\.ts$/ }, (loaded) =>
            loaded.path === path ? { contents: parts.join(to), loader: 'ts' } : undefined,
          ),
      },
    ],
  });
  const loaded: Simulation = await import(pathToFileURL(outfile).href);
  return loaded;
}
