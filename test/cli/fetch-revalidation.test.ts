/** A question for something newer only: asked when there is a staple, and believed when the answer is that there is nothing. */
import { readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Behaviour, type TestServer, answer, header, startHttpServer } from '../support/http-server.ts';
import { NOW, THIS_UPDATE, type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';
import { runFetch } from '../support/run-cli.ts';

const HOUR_MS = 3_600_000;
const SINCE = 'Wed, 25 Feb 2026 09:32:45 GMT';

let server: TestServer;
let pki: TestPki;
let response: Buffer;
/** What stands in the place of 200 for a question with a condition. */
let conditional: number;

const usual: Behaviour = (request, socket) => {
  const isConditional = header(request, 'if-modified-since') !== undefined;
  const reply = isConditional && conditional === 304 ? { status: 304 } : { body: response };
  answer({ headers: [['Last-Modified', SINCE]], ...reply })(request, socket);
};

beforeAll(async () => {
  server = await startHttpServer(usual);
  pki = createTestPki({ leaf: { ocspUrls: [server.url().href] } });
});
afterAll(() => server.close());
beforeEach(() => {
  response = testResponse(pki);
  conditional = 304;
  server.behave(usual);
});

async function withStaple(use: (cert: string, staple: string) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const [cert, staple] = [join(dir, 'domain.crt'), join(dir, 'domain.ocsp')];
    await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
    expect(await runFetch([cert])).toMatchObject({ exitCode: 0 });
    await use(cert, staple);
  });
}

const lastCondition = (): string | undefined => {
  const last = server.requests.at(-1);
  return last && header(last, 'if-modified-since');
};

describe('a staple that is there', () => {
  it('has its thisUpdate sent along, and stays when there is nothing newer', () =>
    withStaple(async (cert, staple) => {
      const before = await stat(staple);
      const run = await runFetch(['-v', cert]);
      expect(run).toMatchObject({ exitCode: 0 });
      expect(run.out).toContain(`${cert}: good\n\tThis Update: Feb 25 09:32:45 2026 GMT\n`);
      expect(run.err).toContain('has nothing newer than the staple that is there');
      expect(run.err).toContain(`unchanged ${staple}`);
      expect(lastCondition()).toBe(SINCE);
      expect(await stat(staple)).toMatchObject({ ino: before.ino, mtimeMs: before.mtimeMs });
    }));

  it('gives way to a newer response, which comes with 200', () =>
    withStaple(async (cert, staple) => {
      conditional = 200;
      response = testResponse(pki, {
        thisUpdate: shift(THIS_UPDATE, HOUR_MS),
        nextUpdate: shift(NOW, 20 * HOUR_MS),
      });
      expect(await runFetch([cert])).toMatchObject({ exitCode: 0 });
      expect(lastCondition()).toBe(SINCE);
      expect(await readFile(staple)).toEqual(response);
    }));
});

describe('no condition is sent', () => {
  it('without a staple', () =>
    withTempDir(async (dir) => {
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      await runFetch([cert]);
      expect(lastCondition()).toBeUndefined();
    }));

  it('with a staple that is none', () =>
    withStaple(async (cert, staple) => {
      await writeFile(staple, 'rubbish');
      expect(await runFetch([cert])).toMatchObject({ exitCode: 0 });
      expect(lastCondition()).toBeUndefined();
      expect(await readFile(staple)).toEqual(response);
    }));

  it.each([['--method', 'post'], ['--no-verify'], ['--nonce']])('with %s %s', (...flags) =>
    withStaple(async (cert) => {
      await runFetch([cert, ...flags]);
      expect(lastCondition()).toBeUndefined();
    }),
  );
});

describe('-v', () => {
  it.each([
    [{ body: 'response' }, [['Cache-Control', 'max-age=5400']], 'for another 1h30m'],
    [{ status: 304 }, [['Cache-Control', 'max-age=60']], 'for another 1m'],
    [{ body: 'response' }, [['Cache-Control', 'no-cache, max-age=60']], undefined],
    [{ body: 'response' }, [], undefined],
  ] as const)('says how long a cache may keep an answer: %j %j', (reply, headers, words) =>
    withStaple(async (cert) => {
      server.behave(answer({ headers, ...('body' in reply ? { body: response } : reply) }));
      const run = await runFetch(['-v', cert]);
      expect(run.exitCode).toBe(0);
      const [, said] = /a cache may give the same answer (.*)\n/.exec(run.err) ?? [];
      expect(said).toBe(words);
    }),
  );
});

describe('304 that nobody asked for', () => {
  it('is an error like any other status', async () => {
    server.behave(answer({ status: 304 }));
    await withTempDir(async (dir) => {
      const cert = join(dir, 'domain.crt');
      await writeFile(cert, certificatesPem(pki.leaf, pki.issuer));
      const run = await runFetch([cert, '--retries', '0']);
      expect(run.exitCode).toBe(75);
      expect(run.err).toContain('304');
    });
  });
});
