/** nginx, which asks by itself, with the relay; and the words in which HAProxy asks. */
import { connect } from 'node:net';
import { text } from 'node:stream/consumers';
import { afterAll, afterEach, beforeAll, describe, expect, it } from 'vitest';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { createRequest } from '../../../src/ocsp/ocsp-request.ts';
import { parseCertificates } from '../../../src/x509/bundle.ts';
import { readFile } from 'node:fs/promises';
import { type BuiltCli, buildCli } from '../../support/built-cli.ts';
import { describeWithPeer } from '../../support/peers.ts';
import { type AskingNginx, startAskingNginx } from './relay-nginx-world.ts';
import { type RelayWorld, type Site, relayWorld } from './relay-world.ts';
import { startVisitor } from './visitor.ts';

const soon = { timeout: 60_000 };
let cli: BuiltCli;
let world: RelayWorld;
let server: AskingNginx | undefined;

beforeAll(async () => {
  cli = await buildCli();
});
afterAll(() => cli.remove());
afterEach(async () => {
  await server?.stop();
  server = undefined;
  await world.close();
});

const only = (): Site => {
  const [site] = world.sites;
  if (!site) throw new TypeError('no site');
  return site;
};
const word = (port: number): Promise<string> => world.stapledAt(port, only());
const ask = (port: number): string => `ssl_stapling_responder http://127.0.0.1:${port}/;`;

describeWithPeer('nginx', 'nginx that asks the relay', (path) => {
  it('staples from the second handshake on, through a refresh and the death of the relay', async () => {
    world = await relayWorld(cli, ['down']);
    const relay = await world.relay();
    await relay.process.saw('fetched');
    const nginx = (server = await startAskingNginx(path, world, () => ask(relay.port)));
    const { port } = nginx;
    expect(await word(port)).toBe('none');
    await expect.poll(() => word(port), soon).toBe('good');
    const first = await world.stapleAt(port, only());
    const visitor = startVisitor(port);
    world.responder.renew();
    await world.refresh();
    // By itself it asks once an hour.
    expect(await nginx.reload()).toMatchObject({ code: 0 });
    await expect
      .poll(async () => (await world.stapleAt(port, only()))?.equals(first ?? Buffer.alloc(0)), soon)
      .toBe(false);
    world.responder.spoil(true);
    await relay.process.end('SIGKILL');
    expect(await word(port)).toBe('good');
    await world.relay();
    expect(await word(port)).toBe('good');
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('staples nothing that has ended, and TLS goes on', async () => {
    world = await relayWorld(cli, ['down']);
    world.responder.renew(2 * 3_600_000 + 20_000);
    const relay = await world.relay();
    await relay.process.saw('fetched');
    const { port } = (server = await startAskingNginx(path, world, () => ask(relay.port)));
    await expect.poll(() => word(port), soon).toBe('good');
    world.responder.spoil(true);
    const visitor = startVisitor(port);
    const seen = new Set<string>();
    await expect
      .poll(async () => {
        const now = await word(port);
        seen.add(now);
        return now;
      }, soon)
      .toBe('none');
    // To nginx the last second is one of those in which it holds.
    seen.delete('**expired**');
    expect([...seen]).toEqual(['good', 'none']);
    expect(await visitor.end()).toMatchObject({ failures: [] });
  });

  it('staples an RSA and an ECDSA certificate of one server, each its own', async () => {
    world = await relayWorld(cli, ['down', 'html'], ['html']);
    const relay = await world.relay();
    await relay.process.saw('fetched', 2);
    const [ecdsa, rsa] = world.sites;
    if (!ecdsa || !rsa) throw new TypeError('no sites');
    const { port } = (server = await startAskingNginx(path, { ...world, sites: [ecdsa] }, () =>
      [`ssl_certificate ${rsa.chain};`, `ssl_certificate_key ${rsa.key};`, ask(relay.port)].join('\n'),
    ));
    const both = (): Promise<readonly string[]> =>
      Promise.all([
        world.stapledAt(port, ecdsa, 'ecdsa_secp256r1_sha256'),
        world.stapledAt(port, { ...rsa, name: ecdsa.name }, 'rsa_pss_rsae_sha256'),
      ]);
    await expect.poll(both, soon).toEqual(['good', 'good']);
  });
});

describe('the words of HAProxy 2.8 with ocsp-update.httpproxy', () => {
  it('are answered in the one type that it takes, with a length', async () => {
    world = await relayWorld(cli, ['down']);
    const relay = await world.relay();
    const [certificate, issuer] = parseCertificates(await readFile(only().chain));
    if (!certificate || !issuer) throw new TypeError('no certificates');
    const question = encodeURIComponent(createRequest(createCertID(certificate, issuer)).toString('base64'));
    const { host } = new URL(only().responder);
    // By its source (src/ssl_ocsp.c and src/http_client.c): Debian 12 has 2.6, which cannot ask.
    const socket = connect(relay.port, '127.0.0.1');
    socket.end(
      `GET ${only().responder}/${question} HTTP/1.1\r\nhost: ${host}\r\nuser-agent: HAProxy\r\naccept: */*\r\nconnection: close\r\n\r\n`,
    );
    const answer = await text(socket.setEncoding('latin1'));
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
    expect(answer).toMatch(/^Content-Type: application\/ocsp-response\r$/m);
    expect(answer).toMatch(/^Content-Length: \d+\r$/m);
  });
});
