/**
 * What a server with `attachStapling` promises, with what people build servers of: after `ready` each handshake is
 * stapled with verified bytes of the certificate that it presents, whatever becomes of the responder, while certificates
 * are renewed and many names are served; and before that none fails.
 */
import { once } from 'node:events';
import type { IncomingMessage } from 'node:http';
import { createSecureServer } from 'node:http2';
import { createServer as createHttpsServer, get } from 'node:https';
import type { Server, TlsOptions } from 'node:tls';
import express from 'express';
import fastify from 'fastify';
import { describe, expect, it } from 'vitest';
import { attachStapling } from '../../src/tls/attach-stapling.ts';
import { bodyOf, listen } from '../support/loopback.ts';
import { peer, run } from '../support/peers.ts';
import { HERE, type Site, end, handshake, serve, site, withResponder } from './site.ts';
import { type Front, TROUBLES, startFront } from './trouble.ts';

const WWW = 'www.example.test';
const NAMES = 100;
const AT_ONCE = 8;

type Maker = (options: TlsOptions) => Server | Promise<Server>;

const MAKERS: readonly [name: string, make: Maker, body: string | undefined][] = [
  ['node:tls', serve, undefined],
  [
    'node:https',
    (options) => createHttpsServer(options, (_request, response) => response.end('hello')),
    'hello',
  ],
  [
    'node:http2',
    (options) =>
      createSecureServer({ ...options, allowHTTP1: true }, (_request, response) => response.end('hello')),
    'hello',
  ],
  [
    'Express',
    (options) =>
      createHttpsServer(
        options,
        express().get('/', (_request, response) => void response.send('hello')),
      ),
    'hello',
  ],
  [
    'Fastify',
    async (options) => {
      const app = fastify({ https: options });
      app.get('/', async () => 'hello');
      await app.ready();
      return app.server;
    },
    'hello',
  ],
];

async function withFront(use: (front: Front) => Promise<void>): Promise<void> {
  await withResponder(async (responder) => {
    const front = await startFront(responder);
    try {
      await use(front);
    } finally {
      await front.close();
    }
  });
}

async function bodyFrom(port: number): Promise<string> {
  const options = { host: '127.0.0.1', port, rejectUnauthorized: false, agent: false };
  const [answer]: IncomingMessage[] = await once(get(options), 'response');
  return answer ? String(await bodyOf(answer)) : '';
}

describe.each(MAKERS)('a server of %s', (_name, make, greeting) => {
  it('staples every handshake after ready', async () => {
    await withFront(async (front) => {
      const sites = Array.from({ length: NAMES }, (_, i) => site(front, `s${i}.example.test`));
      const all: Site[] = [...sites, site(front, WWW)];
      const server = await make(all.at(-1) ?? {});
      for (const [i, { key, cert }] of sites.entries())
        server.addContext(`s${i}.example.test`, { key, cert });
      const stapling = attachStapling(server, HERE);
      const port = await listen(server);
      const shakeHands = async (i: number): Promise<void> => {
        const named = i % 2 === 0 ? { servername: `s${i % NAMES}.example.test` } : {};
        const version = i % 3 === 0 ? 'TLSv1.2' : 'TLSv1.3';
        const { staple, certificate } = await handshake(port, { ...named, maxVersion: version });
        const presented = all.find(({ entity }) => entity.certificate.raw.equals(certificate));
        expect(presented?.accepts(staple)).toBe(true);
      };
      const storm = (count: number): Promise<unknown> =>
        Promise.all(
          Array.from({ length: AT_ONCE }, async (_, i) => {
            for (let n = i; n < count; n += AT_ONCE) await shakeHands(n);
          }),
        );
      const asking: Promise<unknown>[] = [];
      try {
        await stapling.ready;
        await storm(2 * NAMES);
        for (const trouble of TROUBLES) {
          const renewed = site(front, WWW);
          all.push(renewed);
          const before = storm(24);
          await stapling.add(renewed.cert);
          server.setSecureContext(renewed);
          await before;
          front.trouble = trouble;
          const troubled = front.troubled;
          asking.push(...all.slice(-4).map(({ cert }) => stapling.keeper.refresh(cert).catch(String)));
          do await storm(24);
          while (front.troubled === troubled);
          front.trouble = undefined;
        }
        expect(greeting && (await bodyFrom(port))).toBe(greeting);
        await seenByOpenssl(port);
      } finally {
        await stapling.close();
        await end(server);
        await Promise.all(asking);
      }
    });
  });

  it.each(TROUBLES)('shakes hands without, where the responder was %s from the start', async (trouble) => {
    await withFront(async (front) => {
      front.trouble = trouble;
      const www = site(front, WWW);
      const server = await make(www);
      const stapling = attachStapling(server, { ...HERE, readyTimeoutMs: 1 });
      const port = await listen(server);
      try {
        await stapling.ready;
        do expect((await handshake(port)).staple).toBeUndefined();
        while (front.troubled === 0);
      } finally {
        await stapling.close();
        await end(server);
      }
    });
  });
});

async function seenByOpenssl(port: number): Promise<void> {
  const openssl = peer('openssl');
  if (openssl === undefined) return;
  for (const version of ['-tls1_2', '-tls1_3']) {
    for (const name of [WWW, 's7.example.test']) {
      const args = ['s_client', '-status', version, '-servername', name, '-connect', `127.0.0.1:${port}`];
      const { stdout } = await run(openssl, args, { input: Buffer.from('Q\n') });
      expect(stdout).toContain('OCSP Response Status: successful');
      expect(stdout).toContain('Cert Status: good');
      expect(stdout).toMatch(new RegExp(`CN ?= ?${name}`));
    }
  }
}
