/** Handshakes of real servers on loopback, asked by a client that wants a staple. */
import { readFileSync, writeFileSync } from 'node:fs';
import { createSecureServer } from 'node:http2';
import { createServer as createPlainServer } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { join } from 'node:path';
import { type Server, type TlsOptions, createSecureContext } from 'node:tls';
import { describe, expect, it } from 'vitest';
import type { KeeperEvent } from '../../src/keeper/events.ts';
import { type Stapling, type StaplingOptions, attachStapling } from '../../src/tls/attach-stapling.ts';
import { withTempDir } from '../support/files.ts';
import { listen } from '../support/loopback.ts';
import type { Reply } from '../support/ocsp-responder.ts';
import { describeWithPeer, run } from '../support/peers.ts';
import { HERE, type Site, end, handshake, serve, site, withResponder } from './site.ts';

/** Port 1 of this machine, where nobody listens. */
const NOBODY = { url: 'http://127.0.0.1:1/' };

const MAKERS: readonly [string, (options: TlsOptions) => Server][] = [
  ['tls', serve],
  ['https', (options) => createHttpsServer(options)],
  ['http2', (options) => createSecureServer(options)],
];

async function serving(
  server: Server,
  options: StaplingOptions,
  use: (port: number, stapling: Stapling) => Promise<void>,
): Promise<void> {
  const stapling = attachStapling(server, { ...HERE, ...options });
  const port = await listen(server);
  try {
    await use(port, stapling);
  } finally {
    await stapling.close();
    await end(server);
  }
}

describe.each(MAKERS)('a server of node:%s', (_name, make) => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'staples the first handshake after ready, in %s',
    async (version) => {
      await withResponder(async (responder) => {
        const www = site(responder, 'www.example.test');
        await serving(make(www), {}, async (port, { ready }) => {
          await ready;
          const { staple, protocol } = await handshake(port, { minVersion: version, maxVersion: version });
          expect(www.accepts(staple)).toBe(true);
          expect(protocol).toBe(version);
          expect(responder.requests).toHaveLength(1);
        });
      });
    },
  );
});

describe('certificates', () => {
  it('of a hundred contexts are each stapled with their own', async () => {
    await withResponder(async (responder) => {
      const sites = Array.from({ length: 100 }, (_, i) => site(responder, `s${i}.example.test`));
      const fallback = site(responder, 'www.example.test');
      const server = serve(fallback);
      for (const [i, { key, cert }] of sites.entries())
        server.addContext(`s${i}.example.test`, { key, cert });
      await serving(server, {}, async (port, { ready }) => {
        await ready;
        for (const [i, one] of sites.entries()) {
          const { staple } = await handshake(port, { servername: `s${i}.example.test` });
          expect(one.accepts(staple)).toBe(true);
        }
        expect(fallback.accepts((await handshake(port)).staple)).toBe(true);
      });
    });
  });

  it('of an SNICallback are met in their first handshake, or known before when they are given', async () => {
    await withResponder(async (responder) => {
      const [given, met] = [site(responder, 'given.example.test'), site(responder, 'met.example.test')];
      const server = serve({
        SNICallback: (servername, done) => {
          const { key, cert } = servername.startsWith('given') ? given : met;
          setImmediate(() => done(null, createSecureContext({ key, cert })));
        },
      });
      await serving(server, { certificates: [given.cert] }, async (port, { ready, keeper }) => {
        await ready;
        const ask = async (servername: string): Promise<Buffer | undefined> =>
          (await handshake(port, { servername })).staple;
        expect(given.accepts(await ask('given.example.test'))).toBe(true);
        const fetched = once(keeper, 'fetched');
        expect(await ask('met.example.test')).toBeUndefined();
        await fetched;
        expect(met.accepts(await ask('met.example.test'))).toBe(true);
      });
    });
  });

  it('that are renewed are stapled from their first handshake on, while connections go on', async () => {
    await withResponder(async (responder) => {
      let current = site(responder, 'www.example.test');
      const server = serve(current);
      await serving(server, {}, async (port, stapling) => {
        await stapling.ready;
        for (let renewal = 0; renewal < 5; renewal++) {
          const next = site(responder, 'www.example.test');
          const busy = Promise.all(Array.from({ length: 8 }, () => handshake(port)));
          await stapling.add(next.cert);
          const before = current;
          server.setSecureContext(next);
          for (const { staple, certificate } of await busy)
            expect((certificate.equals(next.entity.certificate.raw) ? next : before).accepts(staple)).toBe(
              true,
            );
          current = next;
          expect(current.accepts((await handshake(port)).staple)).toBe(true);
        }
      });
    });
  });
});

describe('a certificate that nobody has named', () => {
  it.each<[string, (server: Server, renewed: Site) => void]>([
    ['of setSecureContext', (server, renewed) => server.setSecureContext(renewed)],
    ['of addContext', (server, { key, cert }) => server.addContext('met.example.test', { key, cert })],
  ])('%s goes without in its first handshake alone', async (_what, present) => {
    await withResponder(async (responder) => {
      const server = serve(site(responder, 'www.example.test'));
      await serving(server, {}, async (port, { ready, keeper }) => {
        await ready;
        const met = site(responder, 'met.example.test');
        present(server, met);
        const fetched = once(keeper, 'fetched');
        const servername = 'met.example.test';
        expect((await handshake(port, { servername })).staple).toBeUndefined();
        await fetched;
        expect(met.accepts((await handshake(port, { servername })).staple)).toBe(true);
      });
    });
  });
});

/** Node.js before 24 presents the server's own certificate in place of that of a name; since 26 it is known not to. */
const mixesContexts = Number.parseInt(process.versions.node, 10) < 26;

/** In both orders. */
const pairs = (rsa: Site, ec: Site): readonly TlsOptions[] => [
  { key: [rsa.key, ec.key], cert: [rsa.cert, ec.cert] },
  { key: [ec.key, rsa.key], cert: [ec.cert, rsa.cert] },
];

describe('an RSA and an ECDSA certificate in one context', () => {
  const CLIENTS = [
    { minVersion: 'TLSv1.3' },
    { minVersion: 'TLSv1.3', sigalgs: 'rsa_pss_rsae_sha256:ecdsa_secp256r1_sha256' },
    { minVersion: 'TLSv1.3', sigalgs: 'RSA-PSS+SHA256' },
    { minVersion: 'TLSv1.3', sigalgs: 'ECDSA+SHA256' },
    { maxVersion: 'TLSv1.2', sigalgs: 'RSA-PSS+SHA256:RSA+SHA256' },
    { maxVersion: 'TLSv1.2', sigalgs: 'ECDSA+SHA256' },
  ] as const;

  it('are stapled with the one that the client gets', async () => {
    await withResponder(async (responder) => {
      const rsa = site(responder, 'www.example.test', { kind: 'rsa-2048' });
      const ec = site(responder, 'www.example.test');
      for (const options of pairs(rsa, ec)) {
        await serving(serve(options), {}, async (port, { ready }) => {
          await ready;
          const seen = new Set<Site>();
          for (const client of CLIENTS) {
            const { staple, certificate } = await handshake(port, client);
            const presented = certificate.equals(rsa.entity.certificate.raw) ? rsa : ec;
            seen.add(presented);
            expect(presented.accepts(staple)).toBe(true);
          }
          expect(seen.size).toBe(2);
        });
      }
    });
  });

  it('are never given the staple of the other, where TLS 1.2 leaves the choice open', async () => {
    await withResponder(async (responder) => {
      const rsa = site(responder, 'www.example.test', { kind: 'rsa-2048' });
      const ec = site(responder, 'www.example.test');
      for (const options of pairs(rsa, ec)) {
        await serving(serve(options), {}, async (port, { ready }) => {
          await ready;
          for (const ciphers of ['ECDHE-RSA-AES128-GCM-SHA256', 'ECDHE-ECDSA-AES128-GCM-SHA256']) {
            const { staple } = await handshake(port, { maxVersion: 'TLSv1.2', ciphers });
            expect(staple).toBeUndefined();
          }
        });
      }
    });
  });

  it('are told apart after one handshake where nobody has named both', async () => {
    await withResponder(async (responder) => {
      const rsa = site(responder, 'a.example.test', { kind: 'rsa-2048' });
      const ec = site(responder, 'b.example.test');
      const server = serve({ key: [rsa.key, ec.key], cert: [rsa.cert, ec.cert] });
      Object.assign(server, { cert: undefined });
      await serving(server, {}, async (port, { ready, keeper }) => {
        await ready;
        await handshake(port, { sigalgs: 'RSA-PSS+SHA256' });
        // It was learned: this only waits for its staple.
        await keeper.add(rsa.cert);
        expect(rsa.accepts((await handshake(port, { sigalgs: 'RSA-PSS+SHA256' })).staple)).toBe(true);
        expect(ec.accepts((await handshake(port, { sigalgs: 'ECDSA+SHA256' })).staple)).toBe(true);
      });
    });
  });

  it.each(['at once', 'later'])(
    'are never taken for each other after a renewal that nobody announced, where SNICallback answers %s',
    async (when) => {
      await withResponder(async (responder) => {
        const [old, renewed] = [
          site(responder, 'www.example.test', { kind: 'rsa-2048' }),
          site(responder, 'www.example.test'),
        ];
        const named = site(responder, 'named.example.test', { kind: 'rsa-2048' });
        const context = createSecureContext({ key: named.key, cert: named.cert });
        const server = serve({
          ...old,
          SNICallback: (_name, done) => {
            if (when === 'later') setImmediate(() => done(null, context));
            else done(null, context);
          },
        });
        await serving(server, { certificates: [named.cert] }, async (port, { ready, keeper }) => {
          await ready;
          server.setSecureContext(renewed);
          for (let i = 0; i < 4; i++) {
            const { staple, certificate } = await handshake(port, { servername: 'named.example.test' });
            const presented = [renewed, named].find(({ entity }) =>
              entity.certificate.raw.equals(certificate),
            );
            const isRight = staple === undefined ? mixesContexts : presented?.accepts(staple);
            expect(isRight).toBe(true);
            await keeper.add(renewed.cert);
          }
        });
      });
    },
  );

  /** By type and order of the server's own, that of a name, and whether both have the same name. */
  const OWN_AND_NAMED = (['rsa-2048', 'p256', 'ed25519'] as const).flatMap((own) =>
    (['rsa-2048', 'p256', 'ed25519'] as const).flatMap((named) =>
      ['www.example.test', 'named.example.test'].map((dns) => ({ own, named, dns })),
    ),
  );
  const ORDERS = [undefined, 'RSA-PSS+SHA256:ECDSA+SHA256:ed25519', 'ed25519:ECDSA+SHA256:RSA-PSS+SHA256'];

  it.each(OWN_AND_NAMED)(
    'are never taken for each other: $own the server\u2019s own, and $named of a name, in it $dns',
    async ({ own, named, dns }) => {
      await withResponder(async (responder) => {
        const sites = [
          site(responder, 'www.example.test', { kind: own }),
          site(responder, dns, { kind: named }),
        ] as const;
        const server = serve(sites[0]);
        server.addContext('named.example.test', { key: sites[1].key, cert: sites[1].cert });
        await serving(server, {}, async (port, { ready }) => {
          await ready;
          for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const) {
            for (const sigalgs of ORDERS) {
              for (const servername of ['', 'named.example.test']) {
                const client = { maxVersion, servername, ...(sigalgs === undefined ? {} : { sigalgs }) };
                const seen = await handshake(port, client);
                const presented = sites.find(({ entity }) => entity.certificate.raw.equals(seen.certificate));
                // Nothing is left to guess where the certificate of a name is the only one that is presented for it.
                const isSure = servername === '' || own === named || !mixesContexts;
                const isRight = seen.staple === undefined ? !isSure : presented?.accepts(seen.staple);
                expect(isRight).toBe(true);
              }
            }
          }
        });
      });
    },
  );
});

describe('a handshake', () => {
  it.each<[string, Reply]>([
    ['is refused', { status: 503, body: 'gone' }],
    ['is garbage', { body: 'hello' }],
  ])('goes on without a staple while the answer of the responder %s', async (_what, reply) => {
    await withResponder(
      async (responder) => {
        const www = site(responder, 'www.example.test');
        await serving(serve(www), { readyTimeoutMs: 200 }, async (port, { ready }) => {
          await ready;
          for (let i = 0; i < 5; i++) expect((await handshake(port)).staple).toBeUndefined();
        });
      },
      { mangle: () => reply },
    );
  });

  it('waits for no responder', async () => {
    const www = site(NOBODY, 'www.example.test');
    await serving(serve(www), { readyTimeoutMs: 1 }, async (port, { ready }) => {
      expect((await handshake(port)).staple).toBeUndefined();
      await ready;
    });
  });

  it('has no staple of a revoked certificate, and that is told', async () => {
    await withResponder(
      async (responder) => {
        const www = site(responder, 'www.example.test');
        await serving(serve(www), {}, async (port, { ready, keeper }) => {
          const events: KeeperEvent[] = [];
          keeper.on('revoked', (event) => events.push(event));
          await ready;
          expect((await handshake(port)).staple).toBeUndefined();
          expect(events.map(({ type }) => type)).toEqual(['revoked']);
        });
      },
      { defaultStatus: { type: 'revoked', revocationTime: new Date(), reason: undefined } },
    );
  });

  it('has none for a certificate that names no responder, and nobody waits for it', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test', { ocspUrls: [] });
      await serving(serve(www), { readyTimeoutMs: 1_000_000 }, async (port, { ready, keeper }) => {
        await ready;
        expect((await handshake(port)).staple).toBeUndefined();
        expect(Array.from(keeper.views(), ({ state }) => state)).toEqual(['nothing to ask']);
      });
    });
  });
});

describe('the end', () => {
  it('of the server is that of the stapling', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      const server = serve(www);
      const { ready, keeper } = attachStapling(server, HERE);
      await listen(server);
      await ready;
      await end(server);
      await keeper.close();
      expect(server.listenerCount('OCSPRequest')).toBe(0);
      expect(keeper.stapleOf(www.entity.certificate.raw)).toBeDefined();
    });
  });

  it('of the stapling leaves the server to go on without', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      await serving(serve(www), {}, async (port, stapling) => {
        await stapling.ready;
        await stapling[Symbol.asyncDispose]();
        expect((await handshake(port)).staple).toBeUndefined();
      });
    });
  });
});

describe('a mistake', () => {
  it('is told at once', async () => {
    const www = site(NOBODY, 'www.example.test');
    expect(() => Reflect.apply(attachStapling, undefined, [createPlainServer()])).toThrow(TypeError);
    const server = serve(www);
    const stapling = attachStapling(server);
    expect(() => attachStapling(server)).toThrow('somebody answers OCSPRequest for this server already');
    await stapling.close();
    expect(() => attachStapling(server, { certificates: ['/no/such/file'] })).toThrow('cannot be read');
  });

  it('that Node.js breaks handshakes for, a second listener, is warned of', async () => {
    const warnings: Error[] = [];
    const heard = (warning: Error): void => void warnings.push(warning);
    process.on('warning', heard);
    try {
      const server = serve(site(NOBODY, 'www.example.test'));
      const stapling = attachStapling(server);
      server.on('OCSPRequest', () => undefined);
      await stapling.close();
      server.on('OCSPRequest', () => undefined);
      await new Promise(setImmediate);
      expect(warnings.map(({ message }) => message)).toEqual([
        expect.stringMatching(/^another listener for OCSPRequest/),
      ]);
    } finally {
      process.off('warning', heard);
    }
  });
});

describeWithPeer('openssl', 's_client', (openssl) => {
  it('sees the staple', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      await serving(serve(www), {}, async (port, { ready }) => {
        await ready;
        for (const version of ['-tls1_2', '-tls1_3']) {
          const args = ['s_client', '-status', version, '-connect', `127.0.0.1:${port}`];
          const { stdout } = await run(openssl, args, { input: Buffer.from('Q\n') });
          expect(stdout).toContain('OCSP Response Status: successful');
          expect(stdout).toContain('Cert Status: good');
        }
      });
    });
  });
});

describeWithPeer('openssl', 'pkcs12', (openssl) => {
  const packed = (one: Site, passphrase: string): Promise<Buffer> =>
    withTempDir(async (dir) => {
      writeFileSync(join(dir, 'pem'), one.key + one.cert);
      const args = ['pkcs12', '-export', '-in', join(dir, 'pem'), '-out', join(dir, 'pfx')];
      await run(openssl, [...args, '-passout', `pass:${passphrase}`]);
      return readFileSync(join(dir, 'pfx'));
    });

  it('packs certificates that are told apart as others are', async () => {
    await withResponder(async (responder) => {
      const rsa = site(responder, 'rsa.example.test', { kind: 'rsa-2048' });
      const ec = site(responder, 'ec.example.test');
      const pfx = [{ buf: await packed(rsa, 'one'), passphrase: 'one' }, { buf: await packed(ec, 'two') }];
      await serving(serve({ pfx, passphrase: 'two' }), {}, async (port, { ready }) => {
        await ready;
        for (const [sigalgs, one] of [
          ['RSA-PSS+SHA256', rsa],
          ['ECDSA+SHA256', ec],
        ] as const) {
          for (const maxVersion of ['TLSv1.2', 'TLSv1.3'] as const)
            expect(one.accepts((await handshake(port, { sigalgs, maxVersion })).staple)).toBe(true);
        }
      });
    });
  });
});

const once = (keeper: Stapling['keeper'], type: 'fetched'): Promise<unknown> =>
  new Promise((resolve) => {
    keeper.once(type, resolve);
  });
