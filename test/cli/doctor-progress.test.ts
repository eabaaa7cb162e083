/** Whoever waits for a responder that does not answer sees at a terminal what is waited for. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { main } from '../../src/cli/main.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { silence, startHttpServer } from '../support/http-server.ts';
import { createTestPki } from '../support/pki.ts';

it.each([true, false])('on a terminal: %s', async (terminal) => {
  const pki = createTestPki();
  const server = await startHttpServer(silence);
  const written: string[] = [];
  let out = '';
  // Each look at the clock finds it a second later.
  let seconds = 0;
  await withTempDir(async (dir) => {
    const cert = join(dir, 'domain.crt');
    await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
    await main(['doctor', cert, '--url', server.url().href, '--retries', '0', '--timeout', '1s'], {
      input: () => [],
      out: (text) => void (out += text.toString()),
      err: (text) => void written.push(text),
      terminal,
      colorOut: false,
      colorErr: false,
      columnsOut: undefined,
      rowsOut: undefined,
      env: {},
      now: () => new Date(pki.now.getTime() + 1000 * seconds++),
    });
  });
  await server.close();
  expect(out).toContain('\ncause: the responder, or the way to it, is too slow: ');
  expect(written.includes('\r\u001B[Klooking at the answer')).toBe(terminal);
  expect(written.at(-1)).toBe(terminal ? '\r\u001B[K' : undefined);
});
