/** The table of faults, put to `restaple doctor`: it ends as `fetch` does, and the fault is in its last sentence. */
import { readFile, readdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Fault, faultTable } from '../support/faults/index.ts';
import { type TestServer, answer, silence, startHttpServer } from '../support/http-server.ts';
import { run } from '../support/peers.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';

const pki = createTestPki();
const { groups } = faultTable(pki);
let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(silence);
});
afterAll(() => server.close());

interface Told {
  readonly exitCode: number;
  readonly cause: string;
  readonly next: string;
  readonly error: { readonly code: string; readonly message: string } | null;
}

async function diagnose({ behaviour, url, fetch }: Fault): Promise<Told> {
  server.behave(behaviour);
  return withTempDir(async (dir) => {
    const cert = join(dir, 'cert.pem');
    await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
    const asked = url?.(server.port) ?? server.url().href;
    const args = [
      'doctor',
      cert,
      '--json',
      '--url',
      asked,
      '--retries',
      '0',
      ...(fetch?.(server.port) ?? []),
    ];
    const { out, ...rest } = await runCli(args);
    const told: Told = JSON.parse(out);
    expect(rest).toMatchObject({ exitCode: told.exitCode, err: '' });
    return told;
  });
}

/** A fault that passes: what is advised then must go through. */
const GOOD = answer({ headers: [['Content-Type', 'application/ocsp-response']], body: testResponse(pki) });

/** How restaple is called in a command, as a shell hands over the words; everything else is left out. */
async function callsIn(next: string): Promise<readonly (readonly string[])[]> {
  return withTempDir(async (dir) => {
    // A file each: the ends of a pipe run side by side.
    const shims = [
      `restaple() { printf '%s\\0' "$@" >"$(mktemp ./call-XXXXXX)"; }`,
      ...['curl', 'grep', 'timedatectl'].map((program) => `${program}() { :; }`),
    ];
    const outcome = await run('/bin/sh', ['-c', `${shims.join('; ')}; ${next}`], { cwd: dir });
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const calls = (await readdir(dir)).map((file) => readFile(join(dir, file), 'utf8'));
    return (await Promise.all(calls)).map((call) => call.split('\0').slice(0, -1));
  });
}

describe.each(groups)('$title', ({ faults }) => {
  it.each(faults)('$fault: $outcome, exit $exit', async (fault) => {
    const { exitCode, cause, next, error } = await diagnose(fault);
    expect(exitCode).toBe(fault.exit);
    expect(cause.slice(0, fault.cause.length)).toBe(fault.cause);
    expect(cause).toContain(error?.message ?? 'the responder says good');
    // A word in capitals would be left for the user to fill in.
    expect(next).not.toMatch(/(?<!-)\b[A-Z]{3,}\b(?!\|)/);
    server.behave(GOOD);
    for (const words of await callsIn(next)) {
      const outcome = await runCli(words, { stdin: pki.leaf.certificate.raw });
      expect({ words, ...outcome }).not.toMatchObject({ exitCode: 64 });
    }
  });
});
