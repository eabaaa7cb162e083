/** The keeper is killed a hundred times in the middle of a refresh: every staple is whole, and none is lost. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { readFile, readdir, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { answerRequest } from '../../src/demo/pki/answer.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { bodyOf, close, listen } from '../support/loopback.ts';
import { createTestPki } from '../support/pki.ts';
import { type Site, writeSites } from './crowd.ts';
import { startRun } from './run-world.ts';
import { makeDirectory } from './world.ts';

const COUNT = 500;
const KILLS = 100;
const MINUTE = 60_000;
const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let sites: readonly Site[];
let requests = 0;
let reached: { readonly at: number; readonly resolve: () => void } | undefined;

/** Every answer is a newer one, and old enough that the next start asks again. */
const responder = createServer((incoming, outgoing) => void serve(incoming, outgoing));

async function serve(incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> {
  const body = await bodyOf(incoming);
  requests += 1;
  if (reached && requests >= reached.at) reached.resolve();
  const path = decodeURIComponent((incoming.url ?? '/').slice(1));
  const now = Date.now();
  const der = answerRequest(incoming.method === 'GET' ? Buffer.from(path, 'base64') : body, {
    issuer: pki.issuer.certificate,
    signer: pki.delegate,
    statusOf: () => ({ type: 'good' }),
    thisUpdate: new Date(now - 80 * MINUTE),
    nextUpdate: new Date(now + 40 * MINUTE),
  });
  outgoing.writeHead(200, { 'Content-Type': 'application/ocsp-response' }).end(der);
}

const after = (more: number): Promise<void> =>
  new Promise((resolve) => (reached = { at: requests + more, resolve }));

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  const port = await listen(responder);
  sites = await writeSites(join(dir.path, 'certs'), pki, [`http://127.0.0.1:${port}/`], COUNT);
  await writeFile(join(dir.path, 'issuer.pem'), certificatesPem(pki.issuer));
});
afterAll(async () => {
  await close(responder);
  await cli.remove();
  await dir.remove();
});

const path = (...parts: readonly string[]): string => join(dir.path, ...parts);

const start = (): ReturnType<typeof startRun> =>
  startRun(
    cli,
    '--allow-private',
    `--issuer=${path('issuer.pem')}`,
    `--store=${path('store')}`,
    '--control=off',
    path('certs'),
  );

/** Verifies every staple that lies beside a certificate, and every one in the store. @returns how many there are. */
async function verifyAll(): Promise<{ readonly beside: number; readonly stored: number }> {
  const options = { issuer: pki.issuer.certificate, now: new Date() };
  for (const { entity, staple } of sites)
    verifyStaple(await readFile(staple), { ...options, certificate: entity.certificate });
  const all = await readdir(path('store', 'staples'), { recursive: true });
  const stored = all.filter((name) => name.endsWith('.ocsp'));
  const certificates = sites.map(({ entity }) => entity.certificate);
  for (const name of stored) {
    const der = await readFile(path('store', 'staples', name));
    const isGood = certificates.some((certificate) => {
      try {
        verifyStaple(der, { ...options, certificate });
        return true;
      } catch {
        return false;
      }
    });
    if (!isGood) throw new Error(`${name} is no staple of any certificate`);
  }
  return { beside: sites.length, stored: stored.length };
}

/** Without their notes, all of them are due. */
async function forgetNotes(): Promise<void> {
  const all = await readdir(path('store', 'staples'), { recursive: true });
  await Promise.all(
    all.filter((name) => name.endsWith('.json')).map((name) => rm(path('store', 'staples', name))),
  );
}

it(`by SIGKILL ${KILLS} times`, { timeout: 600_000 }, async () => {
  const first = start();
  await first.saw('published', COUNT);
  expect(await first.end()).toBe(0);

  for (let kill = 0; kill < KILLS; kill++) {
    await forgetNotes();
    // Everywhere from the first request to the last, in no order.
    const soon = after(1 + ((kill * 197) % COUNT));
    const one = start();
    await soon;
    expect(await one.end('SIGKILL')).toBe('SIGKILL');
    for (const { entity, staple } of sites) {
      const options = { certificate: entity.certificate, issuer: pki.issuer.certificate, now: new Date() };
      verifyStaple(await readFile(staple), options);
    }
  }
  expect((await verifyAll()).stored).toBe(COUNT);

  const last = start();
  await last.saw('started');
  expect(await last.end()).toBe(0);
  const left = (await readdir(path('certs'))).filter((name) => !/^site\d{4}\.(?:crt|ocsp)$/.test(name));
  expect(left.every((name) => /^\.restaple-\d+-\d+\.tmp$/.test(name))).toBe(true);
});
