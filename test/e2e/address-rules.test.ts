/**
 * No way past the address rules, with the command as users have it: whatever a stranger writes into a certificate, into
 * a redirect or into the DNS of a name, it does not lead to this machine.
 */
import { writeFile } from 'node:fs/promises';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { certificatesPem } from '../support/files.ts';
import { type Behaviour, type TestServer, answer, startHttpServer } from '../support/http-server.ts';
import { type Reply, type Responder, startResponder } from '../support/ocsp-responder.ts';
import type { Outcome } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { type DnsScript, PUBLIC, type StubNetwork, stubNetwork } from '../support/stub-network.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
/** Counts who comes to this machine, by whichever of its addresses. */
const trap = createServer((socket) => {
  caught += 1;
  socket.destroy();
});
let trapPort: number;
let caught: number;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  trapPort = await new Promise((resolve, reject) => {
    trap.once('error', reject);
    trap.listen(0, () => {
      const { port }: { port: number } = Object(trap.address());
      resolve(port);
    });
  });
});
beforeEach(() => (caught = 0));
afterAll(async () => {
  await new Promise((resolve) => trap.close(resolve));
  await cli.remove();
  await dir.remove();
});

let certificates = 0;

async function certificateFor(url: string): Promise<string> {
  certificates += 1;
  const leaf = serverCertificate(pki, 'www.example.test', { serial: 1000 + certificates, ocspUrls: [url] });
  const path = join(dir.path, `domain-${certificates}.crt`);
  await writeFile(path, certificatesPem(leaf, pki.issuer));
  return path;
}

/** Fetches for a certificate that names `url`, in a network whose DNS says `dns`. */
async function fetchFrom(
  url: string,
  dns: DnsScript,
  ...args: readonly string[]
): Promise<{ readonly outcome: Outcome; readonly network: StubNetwork }> {
  const network = await stubNetwork(dir.path, dns);
  const outcome = await cli.runWith(network.env, 'fetch', '--json', await certificateFor(url), ...args);
  return { outcome, network };
}

/** The code of the error of the one certificate. */
function codeOf({ stdout }: Outcome): string | undefined {
  const { certificates: all }: { certificates: { error: { code: string } | null }[] } = JSON.parse(stdout);
  return all[0]?.error?.code;
}

/** Who does not mind the rules is caught: else nothing below would prove anything. */
it('the trap is where the names lead', async () => {
  const { network } = await fetchFrom(
    `http://ocsp.example.test:${trapPort}/`,
    { '*': [['127.0.0.1']] },
    '--allow-private',
  );
  expect(caught).toBeGreaterThan(0);
  expect((await network.events()).slice(0, 2)).toEqual(['lookup ocsp.example.test', 'dial 127.0.0.1']);
});

/** Each with the port of the trap for PORT. A name is looked up, and leads to loopback. */
const SPELLINGS = [
  ['as it is', 'http://127.0.0.1:PORT/'],
  ['decimal', 'http://2130706433:PORT/'],
  ['hex', 'http://0x7f000001:PORT/'],
  ['octal', 'http://017700000001:PORT/'],
  ['octal by octets', 'http://0177.0.0.01:PORT/'],
  ['short', 'http://127.1:PORT/'],
  ['all of it zero', 'http://0:PORT/'],
  ['with a dot at its end', 'http://127.0.0.1.:PORT/'],
  ['percent-encoded', 'http://127%2e0%2e0%2e1:PORT/'],
  ['IPv6', 'http://[::1]:PORT/'],
  ['IPv6, unspecified', 'http://[::]:PORT/'],
  ['IPv4 mapped into IPv6', 'http://[::ffff:127.0.0.1]:PORT/'],
  ['the same in hex', 'http://[0:0:0:0:0:ffff:7f00:1]:PORT/'],
  ['behind a user who looks like a host', 'http://ocsp.example.test:80@127.0.0.1:PORT/'],
  ['before a backslash and a host', 'http://127.0.0.1:PORT\\@ocsp.example.test/'],
  ['before a fragment with a host', 'http://127.0.0.1:PORT#@ocsp.example.test/'],
  ['with three slashes', 'http:///127.0.0.1:PORT/'],
  ['over https', 'https://127.0.0.1:PORT/'],
  ['a name', 'http://localhost:PORT/'],
  ['a name with a dot at its end', 'http://LocalHost.:PORT/'],
  ['a name of a stranger', 'http://ocsp.example.test:PORT/'],
] as const;

const LOOPBACK: DnsScript = { '*': [['127.0.0.1']] };

/** What there is to see of a run: also whom it dialled. */
async function seen(outcome: Outcome, network: StubNetwork): Promise<object> {
  return { exitCode: outcome.code, code: codeOf(outcome), dials: await dials(network), caught };
}

async function dials(network: StubNetwork): Promise<readonly string[]> {
  const events = (await network.events()).map((event) => event.split(' '));
  return events.filter(([what]) => what === 'dial').map(([, address = '']) => address);
}

const REFUSED = { exitCode: 69, code: 'address-refused', caught: 0 };

describe('a certificate does not lead to this machine', () => {
  it.each(SPELLINGS)('%s: %s', async (_sentence, url) => {
    const { outcome, network } = await fetchFrom(url.replace('PORT', String(trapPort)), LOOPBACK);
    expect(await seen(outcome, network)).toEqual({ ...REFUSED, dials: [] });
  });

  it.each([
    '10.0.0.1',
    '169.254.169.254',
    '0.0.0.0',
    '::1',
    '::ffff:127.0.0.1',
    '64:ff9b::7f00:1',
    'fd00::1',
  ])('nor does a name that DNS has at %s', async (address) => {
    const url = `http://ocsp.example.test:${trapPort}/`;
    const { outcome, network } = await fetchFrom(url, { '*': [[address]] });
    expect(await seen(outcome, network)).toEqual({ ...REFUSED, dials: [] });
    // Where a cloud hands out credentials nobody is told how to get in.
    const isTold = outcome.stdout.includes('--allow-host');
    expect(isTold).toBe(address !== '169.254.169.254');
  });
});

describe('a certificate does not lead to a public address of this machine, where no firewall is in the way', () => {
  it.each([
    ['by address', `http://${PUBLIC}:PORT/`],
    ['mapped into IPv6', `http://[::ffff:${PUBLIC}]:PORT/`],
    ['by name', 'http://ocsp.example.test:PORT/'],
  ])('%s: %s', async (_sentence, text) => {
    const url = text.replace('PORT', String(trapPort));
    const network = await stubNetwork(dir.path, { '*': [[PUBLIC]] }, [PUBLIC]);
    const outcome = await cli.runWith(network.env, 'fetch', '--json', await certificateFor(url));
    expect(await seen(outcome, network)).toEqual({ ...REFUSED, dials: [] });
    expect(outcome.stdout).toContain('an address of this very machine');
    expect(outcome.stdout).toContain('--allow-host');
  });

  it('but to the same address of another machine', async () => {
    const { outcome, network } = await fetchFrom(`http://${PUBLIC}:${trapPort}/`, LOOPBACK);
    expect(outcome.code).toBe(75);
    expect(new Set(await dials(network))).toEqual(new Set([PUBLIC]));
    expect(caught).toBeGreaterThan(0);
  });
});

const movesTo = (location: string): Behaviour => answer({ status: 302, headers: [['Location', location]] });

describe('a redirect does not lead to this machine', () => {
  let mover: TestServer;
  beforeAll(async () => (mover = await startHttpServer(answer({}))));
  afterAll(() => mover.close());

  it.each([...SPELLINGS, ['without a scheme', '//127.0.0.1:PORT/'] as const])(
    '%s: %s',
    async (_sentence, url) => {
      mover.behave(movesTo(url.replace('PORT', String(trapPort))));
      const dns: DnsScript = { 'moved.example.test': [[PUBLIC]], ...LOOPBACK };
      const { outcome, network } = await fetchFrom(`http://moved.example.test:${mover.port}/`, dns);
      expect(await seen(outcome, network)).toEqual({ ...REFUSED, dials: [PUBLIC] });
      expect(outcome.stdout).toContain(`a redirect of moved.example.test:${mover.port} leads there`);
    },
  );

  it.each([
    ['another host', 'http://localhost:PORT/'],
    ['the host as a user', 'http://moved.example.test@localhost:PORT/'],
    ['a name below it', 'http://a.moved.example.test:PORT/'],
    ['the host and a dot', 'http://moved.example.test.:PORT/'],
  ])('nor where a host is allowed: %s is not that host', async (_sentence, url) => {
    mover.behave(movesTo(url.replace('PORT', String(trapPort))));
    const from = `http://moved.example.test:${mover.port}/`;
    const dns: DnsScript = { 'moved.example.test': [['127.0.0.1']], ...LOOPBACK };
    const { outcome, network } = await fetchFrom(from, dns, '--allow-host', 'moved.example.test');
    expect(await seen(outcome, network)).toEqual({ ...REFUSED, dials: ['127.0.0.1'] });
  });
});

describe('DNS that changes its mind gains nothing', () => {
  /** Stands on the public internet; who is led to loopback instead comes to the same place and is counted. */
  let responder: Responder;
  let reply: ((der: Buffer) => Buffer | Reply) | undefined;
  let asked: number;
  beforeAll(async () => {
    responder = await startResponder({
      pki,
      defaultStatus: { type: 'good' },
      mangle: (der) => reply?.(der) ?? der,
    });
  });
  beforeEach(() => {
    reply = undefined;
    asked = responder.requests.length;
  });
  afterAll(() => responder.close());

  const host = 'ocsp.example.test';
  const url = (): string => `http://${host}:${responder.port}/`;

  it('between check and connect: it is asked once', async () => {
    const { outcome, network } = await fetchFrom(url(), { [host]: [[PUBLIC], ['127.0.0.1']] });
    expect(outcome.code).toBe(0);
    expect(await network.events()).toEqual([`lookup ${host}`, `dial ${PUBLIC}`]);
  });

  it.each<[string, Reply]>([
    ['GET and POST', { status: 404, headers: { Connection: 'close' }, body: '' }],
    ['an attempt and the next', { status: 503, headers: { Connection: 'close' }, body: '' }],
    [
      'a request and its redirect',
      { status: 302, headers: { Connection: 'close', Location: '/new' }, body: '' },
    ],
  ])('between %s', async (_sentence, given) => {
    reply = () => given;
    const { outcome, network } = await fetchFrom(url(), { [host]: [[PUBLIC], ['127.0.0.1']] });
    expect(outcome.code).not.toBe(0);
    expect((await network.events()).filter((event) => event === `lookup ${host}`).length).toBeGreaterThan(1);
    expect(await dials(network)).toEqual([PUBLIC]);
    expect(responder.requests.length).toBe(asked + 1);
  });

  it.each([
    [['127.0.0.1', PUBLIC]],
    [['::ffff:127.0.0.1', PUBLIC, '::1']],
    [[PUBLIC, '10.0.0.1', '169.254.169.254']],
  ])('with addresses of the inside among those of the outside: %j', async (addresses) => {
    const { outcome, network } = await fetchFrom(url(), { [host]: [addresses] });
    expect(outcome.code).toBe(0);
    expect(await dials(network)).toEqual([PUBLIC]);
  });

  it('nor where the outside is dead: the inside is no second choice', async () => {
    const gone = await startHttpServer(answer({}));
    await gone.close();
    const dead = `http://${host}:${gone.port}/`;
    const { outcome, network } = await fetchFrom(dead, { [host]: [[PUBLIC, '127.0.0.1', '::1']] });
    expect(outcome.code).toBe(75);
    expect(new Set(await dials(network))).toEqual(new Set([PUBLIC]));
  });
});
