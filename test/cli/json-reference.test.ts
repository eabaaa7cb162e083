/** The reference and the command, held together: every option and every key that is printed is described. */
import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { ResponseError } from '../../src/errors.ts';
import { VERBS } from '../../src/cli/verbs/index.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { withTempDir, writePki } from '../support/files.ts';
import { createTestPki, testResponse } from '../support/pki.ts';
import { keeperOf, view, withKeeper } from '../support/kept.ts';
import { runCli } from '../support/run-cli.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');

/** What stands under a heading of the second level. */
const section = (heading: string): string =>
  page.split(/^## /m).find((text) => text.startsWith(heading)) ?? '';

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

const undescribed = (json: string, text: string): string[] =>
  [...new Set(keysOf(JSON.parse(json)))].filter((key) => !text.includes(`\`${key}\``));

const pki = createTestPki({ leaf: { mustStaple: true, caIssuersUrls: ['http://ca.test/'] } });
const troubled = view('a.crt', {
  failures: 1,
  error: { code: 'http-timeout', message: 'no answer', at: 0 },
});
const certID = createCertID(pki.leaf.certificate, pki.issuer.certificate);

describe('docs/reference/cli.md', () => {
  it('describes every key that is printed', async () => {
    await withTempDir(async (dir) => {
      const { chain, leafKey } = await writePki(dir, pki);
      const [response, request] = [join(dir, 'a.ocsp'), join(dir, 'a.req')];
      await writeFile(response, testResponse(pki));
      await writeFile(request, createRequest(certID, [encodeNonce(Buffer.of(1))]));
      const inspected = await runCli(['inspect', '--json', chain, response, request, leafKey]);
      expect(undescribed(inspected.out, section('`restaple inspect`'))).toEqual([]);
      const revocation = await runCli(['inspect', '--json', '--crl', chain]);
      expect(undescribed(revocation.out, section('`restaple inspect`'))).toEqual([]);
      for (const at of ['2026-02-25', '2026-02-25T12:00:00Z']) {
        const verified = await runCli(['verify', response, '--cert', chain, '--at', at, '--json']);
        expect(undescribed(verified.out, section('`restaple verify`'))).toEqual([]);
      }
      const examined = await runCli(['doctor', '--json', chain, '--url', 'http://127.0.0.1:1/']);
      expect(undescribed(examined.out, section('`restaple doctor`'))).toEqual([]);
      for (const failing of [false, true]) {
        const outcome = {
          view: troubled,
          ...(failing && { error: new ResponseError('response-expired', 'x') }),
        };
        await withKeeper(
          keeperOf([troubled], { refresh: () => Promise.resolve(outcome) }),
          async (socket) => {
            const shown = await runCli(['status', '--json', '--control', socket]);
            expect(undescribed(shown.out, section('`restaple status`'))).toEqual([]);
            const refreshed = await runCli(['refresh', chain, '--json', '--control', socket]);
            expect(undescribed(refreshed.out, section('`restaple refresh`'))).toEqual([]);
          },
        );
      }
      const nowhere = await runCli(['status', '--json', '--control', 'none.sock', '--store', 'none']);
      expect(undescribed(nowhere.out, section('`restaple status`'))).toEqual([]);
      const checked = await runCli(['run', '--check', '--json', '--store', dir, leafKey]);
      expect(undescribed(checked.out, section('`restaple run`'))).toEqual([]);
      const fetched = await runCli(['fetch', '--json', chain, leafKey, '--url', 'http://127.0.0.1:1/']);
      expect(undescribed(fetched.out, section('`restaple fetch`'))).toEqual([]);
    });
  });

  it.each(VERBS)('describes every option of $name', ({ name, options }) => {
    const text = section(`\`restaple ${name}\``);
    expect(text).not.toBe('');
    const described = new Set(
      [...text.matchAll(/`(?:-\w`, `)?--([a-z][a-z0-9-]*)/g)].map(([, option]) => option),
    );
    expect(options.map((option) => option.name).filter((option) => !described.has(option))).toEqual([]);
    const known = new Set(
      VERBS.flatMap((verb) => verb.options.map((option) => option.name)).concat('help', 'version'),
    );
    expect([...described].filter((option) => !known.has(option ?? ''))).toEqual([]);
  });
});
