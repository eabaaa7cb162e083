/** Every fault of a responder, and the command as users have it: the exit code, one line and a hint, the staple untouched. */
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { faultTable } from '../support/faults/index.ts';
import { type Bench, stapleAfter, tryFault } from '../support/faults/trial.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki({ now: new Date() });
const { present, groups } = faultTable(pki);

let cli: BuiltCli;
let server: TestServer;
beforeAll(async () => {
  cli = await buildCli();
  server = await startHttpServer(silence);
});
afterAll(async () => {
  await server.close();
  await cli.remove();
});

const bench = (): Bench => ({ pki, present, server, run: (args) => cli.run(...args) });

/** Everything that may be said: nothing, a note, or a reason and a hint. Nowhere a stack, a warning, a second reason. */
const FAILED = /^restaple: cert\.pem: [^\n]+\nhint: [^\n]+\n(?:hint: restaple doctor cert\.pem [^\n]+\n)?$/;
const NOTED = /^(?:restaple: cert\.pem: [^\n]+\n)?$/;

describe.each(groups)('$title', ({ faults }) => {
  it.each(faults)('$fault: fetch, exit $exit', async (fault) => {
    const { code, staple, stderr } = await tryFault(bench(), fault, 'fetch');
    expect({ code, staple }).toEqual({ code: fault.exit, staple: stapleAfter(fault, fault.exit) });
    expect(stderr).toMatch(fault.exit > 1 ? FAILED : NOTED);
  });

  it.each(faults.filter(({ ocspExit }) => ocspExit !== 'none'))('$fault: ocsp', async (fault) => {
    const exit = Number(fault.ocspExit ?? fault.exit);
    const { code, staple, stdout, stderr } = await tryFault(bench(), fault, 'ocsp');
    expect({ code, staple }).toEqual({ code: exit, staple: stapleAfter(fault, exit) });
    expect(stderr).toMatch(exit === 0 ? /^Response verify OK$/m : /^restaple: .+\nhint: .+$/m);
    expect(stderr).not.toMatch(/^ {4}at /m);
    expect(stdout.includes(': good\n')).toBe(exit === 0);
  });
});
