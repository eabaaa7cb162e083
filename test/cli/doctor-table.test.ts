/** The table of faults, put to `restaple doctor`: it ends as `fetch` does, and the fault is in its last sentence. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Fault, faultTable } from '../support/faults/index.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
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

describe.each(groups)('$title', ({ faults }) => {
  it.each(faults)('$fault: $outcome, exit $exit', async (fault) => {
    const { exitCode, cause, next, error } = await diagnose(fault);
    expect(exitCode).toBe(fault.exit);
    expect(cause.slice(0, fault.cause.length)).toBe(fault.cause);
    expect(cause).toContain(error?.message ?? 'the responder says good');
    // A word in capitals would be left for the user to fill in.
    expect(next).not.toMatch(/(?<!-)\b[A-Z]{3,}\b(?!\|)/);
    expect(await run('/bin/sh', ['-n', '-c', next])).toMatchObject({ code: 0, stderr: '' });
  });
});
