/** The adapter and the real Exim, without a keeper between them. */
import { writeFile } from 'node:fs/promises';
import { afterEach, beforeEach, expect, it } from 'vitest';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import type { ServerAdapter } from '../../../src/servers/adapter.ts';
import { createExim } from '../../../src/servers/exim.ts';
import { writeFileAtomically } from '../../../src/store/atomic-file.ts';
import { testKeys } from '../../support/keys.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { createTestPki, testResponse } from '../../support/pki.ts';
import type { Program } from '../../support/programs/program.ts';
import { makeDirectory, serverCertificate } from '../world.ts';
import { type EximWorld, makeExim } from './exim-world.ts';
import { startMailVisitor, visitMail } from './smtp-visitor.ts';

const MINUTE = 60_000;
const HOUR = 60 * MINUTE;
const pki = createTestPki({ now: new Date() });
const renewed = serverCertificate(pki, 'www.example.test', { serial: 0xbeef, keys: testKeys('p256', 17) });

const staple = (leftMs: number, ageMs = HOUR, { certificate }: Entity = pki.leaf): Buffer =>
  testResponse(pki, {
    certID: createCertID(certificate, pki.issuer.certificate),
    thisUpdate: new Date(Date.now() - ageMs),
    nextUpdate: new Date(Date.now() + leftMs),
  });
const [old, fresh] = [staple(2 * HOUR, 3 * HOUR), staple(3 * HOUR)];
const soon = { timeout: 60_000 };

describeWithPeer('exim4', 'Exim takes staples', (path) => {
  let dir: Awaited<ReturnType<typeof makeDirectory>>;
  let exim: EximWorld;
  let adapter: ServerAdapter;
  let certificate: string;
  let file: string;
  let running: Program | undefined;

  beforeEach(async () => {
    dir = await makeDirectory();
    exim = await makeExim(path, dir.path);
    ({ certificate } = exim);
    await exim.present(pki.leaf, pki.issuer);
    adapter = createExim({ socket: undefined, check: undefined, reload: undefined, dir: exim.staples });
    [file = ''] = adapter.outputsOf(certificate);
  });
  afterEach(async () => {
    await running?.stop();
    running = undefined;
    await dir.remove();
  });

  const start = async (option?: string): Promise<number> => (running = await exim.start(option)).port;

  const publish = async (der: Buffer, leftMs = 2 * HOUR): Promise<string> => {
    await writeFileAtomically(file, der);
    return adapter.publish({ certificate, file, der, validUntil: Date.now() + leftMs });
  };

  it('from the first handshake on', async () => {
    expect(await publish(old)).toBe('live');
    const port = await start();
    expect(await visitMail(port)).toEqual(old);
    const args = ['-connect', `127.0.0.1:${port}`, '-starttls', 'smtp', '-status'];
    const { stdout } = await run('openssl', ['s_client', ...args]);
    expect(stdout).toContain('OCSP Response Status: successful (0x0)');
  });

  it('the first and the next one with the next connection, and no visitor is let down', async () => {
    const port = await start();
    expect(await visitMail(port)).toBeUndefined();
    await publish(old);
    const visitor = startMailVisitor(port);
    expect(await visitMail(port)).toEqual(old);
    await publish(fresh);
    expect(await visitMail(port)).toEqual(fresh);
    const { staples, failures } = await visitor.end();
    expect(failures).toEqual([]);
    expect(staples[0]).toEqual(old);
    expect(staples.at(-1)).toEqual(fresh);
    expect(staples).not.toContain(undefined);
  });

  it('none that is about to end, even when there is no restaple any more', async () => {
    const port = await start();
    await publish(old, 10 * MINUTE + 5_000);
    expect(await visitMail(port)).toEqual(old);
    await expect.poll(() => visitMail(port), soon).toBeUndefined();
    await publish(fresh);
    expect(await visitMail(port)).toEqual(fresh);
  });

  it('none after it was withdrawn', async () => {
    await publish(old);
    const port = await start();
    expect(await adapter.withdraw({ certificate, file })).toBe('live');
    expect(await visitMail(port)).toBeUndefined();
  });

  it('none of the old certificate for the renewed one, until there is one of its own', async () => {
    await publish(old);
    const port = await start();
    expect(await visitMail(port)).toEqual(old);
    await exim.present(renewed, pki.issuer);
    expect(await visitMail(port)).toBeUndefined();
    await expect(publish(fresh)).rejects.toMatchObject({ code: 'server-refused' });
    expect(await visitMail(port)).toBeUndefined();
    const its = staple(2 * HOUR, HOUR, renewed);
    await publish(its);
    expect(await visitMail(port)).toEqual(its);
  });

  it('one of a responder whose clock is five minutes fast', async () => {
    const early = staple(2 * HOUR, -5 * MINUTE);
    await publish(early);
    expect(await visitMail(await start())).toEqual(early);
  });

  it.each([
    ['is missing', () => Promise.resolve()],
    ['is empty', () => writeFile(file, '')],
    ['has ended', () => writeFile(file, staple(-MINUTE))],
    ['is of another certificate', () => writeFile(file, staple(HOUR, HOUR, renewed))],
  ])('but loses all TLS when a file that is named without a question %s', async (_, write) => {
    await write();
    await expect(visitMail(await start(`\${if eq{}{}{${file}}}`))).rejects.toThrow(
      '454 TLS currently unavailable',
    );
  });
});
