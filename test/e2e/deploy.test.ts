/** `restaple run` and a server: from the config to what clients get, and back out of its sight. */
import { writeFileSync } from 'node:fs';
import { mkdir, readFile, rm, writeFile } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki } from '../support/pki.ts';
import { type Program, startProgram } from '../support/programs/program.ts';
import { type RunningCli, startRun } from './run-world.ts';
import { stapleOf } from './servers/visitor.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const TOY = resolve(import.meta.dirname, '../support/programs/toy-server.mjs');
const HUP = "process.kill(Number(require('node:fs').readFileSync(process.argv[1])), 'SIGHUP')";
const soon = { timeout: 60_000 };

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let root: string;
let toy: Program;
let entity: Entity;
/** The time of the responder. */
let clock: Date;
/** The server does not bear what comes next. */
let refused = false;
let worlds = 0;
const running: RunningCli[] = [];

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
});
afterAll(async () => {
  await cli.remove();
  await dir.remove();
});
beforeEach(async () => {
  root = join(dir.path, String(worlds++));
  await mkdir(join(root, 'staples'), { recursive: true });
  clock = new Date(Date.now() - 60_000);
  refused = false;
  const mangle = (der: Buffer): Buffer => {
    if (refused)
      writeFileSync(join(root, 'toy.json'), toyConfig(toy.port, { hated: der.toString('base64') }));
    return der;
  };
  responder = await startResponder({
    pki,
    defaultStatus: { type: 'good' },
    now: () => new Date(clock),
    mangle,
  });
  entity = serverCertificate(pki, 'www.example.test', { serial: 1, ocspUrls: [responder.url] });
  await writeFile(join(root, 'www.pem'), certificatesPem(entity, pki.issuer));
  await writeFile(join(root, 'www.key'), keyPem(entity));
});
afterEach(async () => {
  await Promise.all(running.splice(0).map((one) => one.end('SIGKILL')));
  await toy.stop();
  await responder.close();
});

const toyConfig = (port: number, more: object = {}): string =>
  JSON.stringify({
    port,
    cert: join(root, 'www.pem'),
    key: join(root, 'www.key'),
    staple: join(root, 'staples/www.ocsp'),
    pid: join(root, 'toy.pid'),
    ...more,
  });
const configureToy = (port: number, more?: object): Promise<void> =>
  writeFile(join(root, 'toy.json'), toyConfig(port, more));

async function startToy(): Promise<void> {
  // Where nginx would name it.
  await writeFile(join(root, 'toy.conf'), `pid ${root}/toy.pid;\n`);
  toy = await startProgram(process.execPath, async (port) => {
    await configureToy(port);
    return [TOY, join(root, 'toy.json')];
  });
}

const words = (...all: readonly string[]): string => JSON.stringify(all);

async function start(more = ''): Promise<RunningCli> {
  await writeFile(
    join(root, 'restaple.yaml'),
    `store: store
control: c.sock
servers:
  - name: web
    type: nginx
    dir: staples
    check: ${words(process.execPath, TOY, '-t', '-c', join(root, 'toy.conf'), join(root, 'toy.json'))}
    reload: ${words(process.execPath, '-e', HUP, join(root, 'toy.pid'))}
    address: 127.0.0.1:${toy.port}
    gather: 0s
    reload-at-most: 0s
certificates:
  - files: www.pem
    server: web
    allow-private: true
${more}`,
  );
  const one = startRun(cli, '--verbose', '-c', join(root, 'restaple.yaml'));
  running.push(one);
  return one;
}

/** Asks for a staple that is newer by a second, as moments in it are counted. */
async function refresh(): Promise<void> {
  clock.setSeconds(clock.getSeconds() + 1);
  responder.setStatus(entity.certificate.serialNumber, { type: 'good' });
  const { code, stderr } = await cli.run('refresh', '--control', join(root, 'c.sock'), join(root, 'www.pem'));
  expect(stderr).toBe('');
  expect(code).toBe(0);
}

const file = (): string => join(root, 'staples/www.ocsp');

describe('a server of the config', () => {
  it('serves what was published, and goes on when restaple is killed', async () => {
    await startToy();
    expect(await stapleOf(toy.port)).toBeUndefined();
    const first = await start();
    await first.saw('reloaded');
    const der = await readFile(file());
    expect((await first.saw('observed'))[0]).toMatchObject({
      server: 'web',
      address: `127.0.0.1:${toy.port}`,
    });
    expect(await stapleOf(toy.port)).toEqual(der);
    await first.end('SIGKILL');
    const second = await start();
    await second.saw('observed');
    expect(second.lines.filter(({ event }) => event === 'reloaded')).toEqual([]);
    expect(await second.end()).toBe(0);
    expect(await stapleOf(toy.port)).toEqual(der);
  });

  it('serves the next one as soon as there is one', async () => {
    await startToy();
    const one = await start();
    await one.saw('observed');
    const old = await stapleOf(toy.port);
    await refresh();
    await one.saw('observed', 2);
    const fresh = await stapleOf(toy.port);
    expect(fresh).not.toEqual(old);
    expect(fresh).toEqual(await readFile(file()));
  });

  it('goes on with the old one when it does not bear the new one', async () => {
    await startToy();
    const one = await start();
    await one.saw('observed');
    const old = await readFile(file());
    refused = true;
    await refresh();
    const [failed] = await one.saw('server-failed');
    expect(failed).toMatchObject({ server: 'web', code: 'server-check-failed', level: 'error' });
    expect(failed?.['message']).toContain('cannot be loaded');
    expect(await stapleOf(toy.port)).toEqual(old);
    expect(await readFile(file())).toEqual(old);
  });

  it('may be named while restaple runs', async () => {
    await startToy();
    const one = await start();
    await one.saw('observed');
    await mkdir(join(root, 'others'));
    const config = join(root, 'restaple.yaml');
    await writeFile(config, (await readFile(config, 'utf8')).replace('dir: staples', 'dir: others'));
    await configureToy(toy.port, { staple: join(root, 'others/www.ocsp') });
    one.child.kill('SIGHUP');
    await one.saw('observed', 2);
    expect(await stapleOf(toy.port)).toEqual(await readFile(join(root, 'others/www.ocsp')));
  });

  it('gets no staple that is about to end', async () => {
    await responder.close();
    responder = await startResponder({ pki, defaultStatus: { type: 'good' }, validityMs: 300_000 });
    entity = serverCertificate(pki, 'www.example.test', { serial: 1, ocspUrls: [responder.url] });
    await writeFile(join(root, 'www.pem'), certificatesPem(entity, pki.issuer));
    await startToy();
    const one = await start();
    const [withdrawn] = await one.saw('withdrawn');
    expect(withdrawn).toMatchObject({ server: 'web', level: 'warn' });
    await one.saw('reloaded');
    expect(await stapleOf(toy.port)).toBeUndefined();
  });

  it('is rid of the staple of a certificate that is gone', async () => {
    await startToy();
    const one = await start();
    await one.saw('reloaded');
    await expect.poll(() => stapleOf(toy.port), soon).toBeDefined();
    await rm(join(root, 'www.pem'));
    one.child.kill('SIGHUP');
    await one.saw('withdrawn');
    await one.saw('reloaded', 2);
    await expect.poll(() => stapleOf(toy.port), soon).toBeUndefined();
  });
});
