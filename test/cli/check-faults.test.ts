/** Each fault of the field, committed against `restaple check --compare`: it is named, and what is served is judged all the same. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CHECK } from '../../src/cli/verbs/check.ts';
import { type Fault, faultTable } from '../support/faults/index.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { type StaplingServer, checkPort, pki, startStapling } from './check-helper.ts';

const { present, groups } = faultTable(pki);

let responder: TestServer;
let server: StaplingServer;
beforeAll(async () => {
  responder = await startHttpServer(silence);
  server = await startStapling(() => present);
});
afterAll(() => Promise.all([responder.close(), server.close()]));

/** The options of `fetch` that are none of `check` change what is asked, or how long it is waited for. */
function optionsOf({ fetch }: Fault): readonly string[] {
  const own = fetch?.(responder.port) ?? [];
  if (own.includes('--timeout')) return ['--timeout', '2s'];
  return own.filter((option) => option !== '--nonce');
}

/** A nonce that was not sent cannot be missed. */
const outcomeOf = ({ outcome }: Fault): string => (outcome.startsWith('nonce-') ? 'good' : outcome);

/** What is found at a server whose staple is good. */
function expectedOf(outcome: string): object {
  if (outcome === 'good' || outcome === 'kept')
    return { exitCode: 0, states: ['good'], codes: [null], status: 'good', error: null };
  if (outcome === 'revoked' || outcome === 'unknown')
    return {
      exitCode: 2,
      states: ['responder differs', 'good'],
      codes: [null, null],
      status: outcome,
      error: null,
    };
  return {
    exitCode: 1,
    states: ['responder failed', 'good'],
    codes: [outcome, null],
    status: null,
    error: outcome,
  };
}

interface FindingJson {
  readonly state: string;
  readonly code: string | null;
  readonly hint: string | null;
}

/** What a hint may name. */
const OPTIONS: ReadonlySet<string> = new Set(CHECK.options.map(({ name }) => `--${name}`));

describe.each(groups)('$title', ({ faults }) => {
  it.each(faults)('$fault', async (fault) => {
    responder.behave(fault.behaviour);
    const url = fault.url?.(responder.port) ?? responder.url().href;
    const run = await checkPort(
      server.port,
      '--ecdsa',
      '--compare',
      '--url',
      url,
      '--json',
      ...optionsOf(fault),
    );
    expect(run.err).toBe('');
    const [certificate] = JSON.parse(run.out).servers[0].certificates;
    const findings: readonly FindingJson[] = certificate.findings;
    expect({
      exitCode: run.exitCode,
      states: findings.map(({ state }) => state),
      codes: findings.map(({ code }) => code),
      status: certificate.responder.status,
      error: certificate.responder.error?.code ?? null,
    }).toEqual(expectedOf(outcomeOf(fault)));
    expect(certificate.staple).toMatchObject({ status: 'good' });
    const advised = findings.flatMap(({ hint }) => hint?.match(/--[a-z-]+/g) ?? []);
    expect(advised.filter((option) => !OPTIONS.has(option))).toEqual([]);
  });
});
