/** Every fault has its word: docs/reference/faults.md is what `fetch` says to each. */
import type { Socket } from 'node:net';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type Fault, faultTable } from '../support/faults/index.ts';
import { type Bench, stapleAfter, tryFault } from '../support/faults/trial.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { createTestPki } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';
import { type Row, type Told, faultsPage } from './faults-helper.ts';

/** RSA, whose signatures have all one length: the page counts bytes. */
const pki = createTestPki({ kind: 'rsa-2048' });
const { present, groups } = faultTable(pki);
const rows = new Map<Fault, Row>();

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(silence);
});
afterAll(() => server.close());

const bench = (): Bench => ({
  pki,
  present,
  server,
  run: async (args) => {
    const { exitCode, out, err } = await runCli(args);
    return { code: exitCode, stdout: out, stderr: err };
  },
});

/** What `--json` must say, from the table. */
function expectedOf({ outcome, exit }: Fault): object {
  if (exit === 1) return { exitCode: exit, status: outcome, staple: 'not written', error: null };
  if (exit !== 0)
    return {
      exitCode: exit,
      status: 'failed',
      staple: 'not written',
      error: { code: outcome, exitCode: exit },
    };
  return { exitCode: exit, status: 'good', staple: outcome === 'kept' ? 'kept' : 'written', error: null };
}

/** The reason, the hint and the doctor's command, when nothing else was said. */
const said = (stderr: string): (string | undefined)[] =>
  /^restaple: cert\.pem: (.*)\nhint: (.*)\n(?:hint: (restaple doctor cert\.pem .*)\n)?$/
    .exec(stderr)
    ?.slice(1) ?? [];

/** What the buffers of two sockets can hold, and then some. */
const MAX_TAKEN = 32 * 1024 * 1024;

/** The fault, and the sockets over which it is committed. */
function watched(fault: Fault): { readonly fault: Fault; readonly sockets: readonly Socket[] } {
  const sockets: Socket[] = [];
  const behaviour: Fault['behaviour'] = (request, socket) => {
    sockets.push(socket);
    fault.behaviour(request, socket);
  };
  return { fault: { ...fault, behaviour }, sockets };
}

describe.each(groups)('$title', ({ faults }) => {
  it.each(faults)('$fault: fetch, $outcome, exit $exit', async (fault) => {
    const seen = watched(fault);
    const json = await tryFault(bench(), seen.fault, 'fetch', '--json');
    for (const { bytesWritten } of seen.sockets) expect(bytesWritten).toBeLessThan(MAX_TAKEN);
    expect(json).toMatchObject({ code: fault.exit, stderr: '', staple: stapleAfter(fault, fault.exit) });
    const { certificates }: { certificates: readonly [Told] } = JSON.parse(json.stdout);
    const [told] = certificates;
    expect(told).toMatchObject(expectedOf(fault));

    const text = await tryFault(bench(), fault, 'fetch');
    expect(text).toMatchObject({ code: fault.exit, staple: stapleAfter(fault, fault.exit) });
    const [reason, hint, doctor = null] = said(text.stderr);
    const message = fault.isVague === true ? reason : told.error?.message;
    expect([reason, hint, doctor]).toEqual([message, told.error?.hint, told.error?.doctor ?? null]);

    const ocspExit = fault.ocspExit ?? fault.exit;
    rows.set(fault, {
      fault: fault.fault,
      told,
      cause: fault.cause,
      ocspExit: ocspExit === 'none' ? undefined : ocspExit,
      isVague: fault.isVague === true,
    });
  });

  it.each(faults.filter(({ ocspExit }) => ocspExit !== 'none'))('$fault: ocsp', async (fault) => {
    const exit = Number(fault.ocspExit ?? fault.exit);
    const { code, stderr, staple } = await tryFault(bench(), fault, 'ocsp');
    expect({ code, staple }).toEqual({ code: exit, staple: stapleAfter(fault, exit) });
    expect(stderr).toMatch(exit === 0 ? /^Response verify OK$/m : /^restaple: .+\nhint: .+$/m);
    expect(stderr).not.toMatch(/^ {4}at /m);
  });
});

const faultsNamed = (words: RegExp): readonly Fault[] =>
  groups.flatMap(({ faults }) => faults.filter(({ fault }) => words.test(fault)));

it.each(faultsNamed(/wrong Content-Type/))('$fault is said with -v', async (fault) => {
  const { stderr } = await tryFault(bench(), fault, 'fetch', '-v');
  expect(stderr).toContain('cert.pem: its Content-Type is text/plain, not application/ocsp-response\n');
});

it('is the page', async () => {
  const page = faultsPage(
    groups.map(({ title, faults }) => ({ title, rows: faults.flatMap((fault) => rows.get(fault) ?? []) })),
  );
  await expect(page).toMatchFileSnapshot('../../docs/reference/faults.md');
});
