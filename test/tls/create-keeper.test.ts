/** The keeper as a library: in memory, and in a store that several share. */
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { StapleEvent } from '../../src/tls/events.ts';
import { createKeeper } from '../../src/tls/create-keeper.ts';
import { QUIET_CLOCK, type StapleKeeperOptions } from '../../src/tls/options.ts';
import type { StapleKeeper } from '../../src/tls/staple-keeper.ts';
import { withTempDir } from '../support/files.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { HERE, HOUR, type Site, pki, site, withResponder } from './site.ts';

const REVOKED = { type: 'revoked', revocationTime: new Date(), reason: undefined } as const;

async function keeping(
  options: StapleKeeperOptions,
  use: (keeper: StapleKeeper, events: StapleEvent[]) => Promise<void>,
): Promise<void> {
  const keeper = createKeeper({ ...HERE, ...options });
  const events: StapleEvent[] = [];
  keeper.on('event', (event) => events.push(event));
  try {
    await use(keeper, events);
  } finally {
    await keeper.close();
  }
}

const stapleOf = (keeper: StapleKeeper, { entity }: Site): Buffer | undefined =>
  keeper.stapleOf(entity.certificate.raw);

/** Resolves with the next event of this type. */
const next = (keeper: StapleKeeper, wanted: (event: StapleEvent) => boolean): Promise<unknown> =>
  new Promise((resolve) => {
    keeper.on('event', (event) => {
      if (wanted(event)) resolve(event);
    });
  });

describe('a keeper in memory', () => {
  it('has the staple when it is ready, whatever form the certificate has', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      const { raw } = www.entity.certificate;
      const issuers = [pki.issuer.certificate];
      for (const form of [
        www.cert,
        Buffer.from(www.cert),
        raw,
        www.entity.certificate,
        new X509Certificate(raw),
      ]) {
        await keeping({ certificates: [form], issuers }, async (keeper, events) => {
          await keeper.ready;
          expect(www.accepts(stapleOf(keeper, www))).toBe(true);
          expect(Array.from(keeper.views(), ({ certificate, state }) => [certificate, state])).toEqual([
            ['www.example.test', 'good'],
          ]);
          expect(events.map(({ type }) => type)).toEqual(['fetched']);
        });
      }
    });
  });

  it('gives nothing past the end of the staple', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      let aheadMs = 0;
      const clock = { ...QUIET_CLOCK, now: () => Date.now() + aheadMs };
      await keeping({ certificates: [www.cert], clock }, async (keeper) => {
        await keeper.ready;
        aheadMs = 10 * HOUR;
        expect(stapleOf(keeper, www)).toBeDefined();
        aheadMs = 12 * HOUR;
        expect(stapleOf(keeper, www)).toBeUndefined();
      });
    });
  });

  it('goes on giving what it has when a refresh fails, and the newer one when it succeeds', async () => {
    let answer = 'good';
    let now = new Date(Date.now() - 2 * HOUR);
    await withResponder(
      async (responder) => {
        const www = site(responder, 'www.example.test');
        await keeping({ certificates: [www.cert] }, async (keeper) => {
          await keeper.ready;
          const first = stapleOf(keeper, www);
          answer = 'garbage';
          await expect(keeper.refresh(www.cert)).rejects.toThrow('not an OCSP response');
          expect(stapleOf(keeper, www)).toBe(first);
          answer = 'good';
          now = new Date(Date.now() - HOUR);
          responder.setStatus(www.entity.certificate.serialNumber, { type: 'good' });
          await keeper.refresh(www.cert);
          expect(www.accepts(stapleOf(keeper, www))).toBe(true);
          expect(stapleOf(keeper, www)).not.toEqual(first);
        });
      },
      { now: () => now, mangle: (der) => (answer === 'good' ? der : { body: answer }) },
    );
  });

  it('lets a certificate go', async () => {
    await withResponder(async (responder) => {
      const www = site(responder, 'www.example.test');
      await keeping({ certificates: [www.cert] }, async (keeper) => {
        await keeper.ready;
        keeper.remove(www.cert);
        expect([...keeper.views()]).toEqual([]);
        await expect(keeper.refresh(www.cert)).rejects.toThrow('not kept here');
      });
    });
  });

  it('ends with its signal, while a responder keeps it waiting, and leaves nobody waiting', async () => {
    const responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
    const www = site(responder, 'www.example.test');
    const abort = new AbortController();
    const keeper = createKeeper({
      ...HERE,
      certificates: [www.cert],
      signal: abort.signal,
      readyTimeoutMs: 1e9,
    });
    abort.abort();
    await keeper.ready;
    await keeper[Symbol.asyncDispose]();
    await responder.close();
    expect(stapleOf(keeper, www)).toBeUndefined();
  });

  it.each([5, null, undefined, {}, () => ''])('is refused %s for a certificate at once', (input) => {
    const certificates = [input];
    expect(() => Reflect.apply(createKeeper, undefined, [{ certificates }])).toThrow(
      'a certificate is PEM text',
    );
  });

  it.each<[string, StapleKeeperOptions, string]>([
    ['a file that is not there', { certificates: ['/no/such/file'] }, 'cannot be read'],
    ['no certificate', { certificates: ['-----BEGIN'] }, 'no certificate in it'],
    ['no end', { verify: { allowMissingNextUpdate: true } }, 'allowMissingNextUpdate needs maxAgeMs'],
  ])('is refused at once with %s', (_what, options, message) => {
    expect(() => createKeeper(options)).toThrow(message);
  });
});

describe('a store that cannot be used', () => {
  const spoil: readonly (readonly [what: string, spoil: (dir: string) => string])[] = [
    ['is a file', (dir) => join(dir, 'file')],
    ['is under a file', (dir) => join(dir, 'file', 'store')],
    ['has a file where its lock should be', (dir) => join(dir, 'locked')],
    ['is where nothing can be made', () => '/proc/restaple'],
  ];

  it.each(spoil)('because it %s leaves a keeper that asks for itself, and says so once', async (_, place) => {
    await withTempDir((dir) =>
      withResponder(async (responder) => {
        writeFileSync(join(dir, 'file'), '');
        mkdirSync(join(dir, 'locked'));
        writeFileSync(join(dir, 'locked', 'lock'), '');
        const www = site(responder, 'www.example.test');
        await keeping({ certificates: [www.cert], store: place(dir) }, async (keeper, events) => {
          await keeper.ready;
          expect(www.accepts(stapleOf(keeper, www))).toBe(true);
          await keeper.refresh(www.cert);
          const told = events.filter(({ type }) => type === 'store');
          expect(told).toMatchObject([{ role: 'alone', message: expect.stringContaining(place(dir)) }]);
        });
      }),
    );
  });

  it('is read all the same: what lies there is served, and not asked for', async () => {
    await withTempDir((store) =>
      withResponder(async (responder) => {
        const www = site(responder, 'www.example.test');
        const options = { certificates: [www.cert], store };
        await keeping(options, (keeper) => keeper.ready);
        rmSync(join(store, 'lock'), { recursive: true });
        writeFileSync(join(store, 'lock'), '');
        await keeping(options, async (keeper) => {
          await keeper.ready;
          expect(www.accepts(stapleOf(keeper, www))).toBe(true);
          expect(responder.requests).toHaveLength(1);
        });
      }),
    );
  });

  it('by one process is by another, which serves its own certificates and no others', async () => {
    await withTempDir((store) =>
      withResponder(async (responder) => {
        const [www, met] = [site(responder, 'www.example.test'), site(responder, 'met.example.test')];
        writeFileSync(join(store, 'given'), 'in the way');
        await keeping({ certificates: [www.cert], store }, async (first) => {
          await first.ready;
          await keeping({ certificates: [www.cert], store }, async (second, events) => {
            const told = next(second, ({ type }) => type === 'store');
            await second.ready;
            await told;
            expect(events).toMatchObject([{ type: 'store', role: 'reader' }]);
            expect(www.accepts(stapleOf(second, www))).toBe(true);
            // Nobody can be told of this one.
            await second.add(met.cert);
            expect(met.accepts(stapleOf(second, met))).toBe(true);
            expect(events.filter(({ type }) => type === 'store')).toMatchObject([{}, { role: 'alone' }]);
          });
          expect(Array.from(first.views(), ({ certificate }) => certificate)).toEqual(['www.example.test']);
        });
        expect(responder.requests).toHaveLength(2);
      }),
    );
  });
});

describe('a store', () => {
  it('has one keeper for all who name it, and the next takes over', async () => {
    await withTempDir((store) =>
      withResponder(async (responder) => {
        const [www, met] = [site(responder, 'www.example.test'), site(responder, 'met.example.test')];
        const certificates = [www.cert];
        const first = createKeeper({ ...HERE, certificates, store });
        await first.ready;
        await keeping({ certificates, store }, async (second, events) => {
          const told = next(second, ({ type }) => type === 'store');
          await second.ready;
          await told;
          expect(www.accepts(stapleOf(second, www))).toBe(true);
          expect(events).toMatchObject([{ type: 'store', role: 'reader' }]);
          // What only the second one has met is kept by the first.
          await second.add(met.cert);
          expect(met.accepts(stapleOf(second, met))).toBe(true);
          expect(responder.requests).toHaveLength(2);
          const promoted = next(second, (event) => event.type === 'store' && event.role === 'keeper');
          await first.close();
          await promoted;
          expect(www.accepts(stapleOf(second, www))).toBe(true);
          expect(met.accepts(stapleOf(second, met))).toBe(true);
          expect(responder.requests).toHaveLength(2);
          responder.setStatus(www.entity.certificate.serialNumber, { type: 'good' });
          await second.refresh(www.cert);
        });
      }),
    );
  });

  it('is not offered what was let go of', async () => {
    await withTempDir((store) =>
      withResponder(async (responder) => {
        const www = site(responder, 'www.example.test');
        await keeping({ certificates: [www.cert], store }, async (keeper) => {
          await keeper.ready;
          expect(readdirSync(join(store, 'given'))).toHaveLength(1);
          keeper.remove(www.cert);
          expect(readdirSync(join(store, 'given'))).toEqual([]);
        });
      }),
    );
  });

  it('has the staples of the process before, while the responder is down', async () => {
    await withTempDir(async (store) => {
      const sites: Site[] = [];
      await withResponder(async (responder) => {
        sites.push(site(responder, 'www.example.test'));
        await keeping({ certificates: sites.map(({ cert }) => cert), store }, (keeper) => keeper.ready);
      });
      const [www] = sites;
      if (!www) throw new Error('no site');
      await keeping({ certificates: [www.cert], store }, async (keeper) => {
        await keeper.ready;
        expect(www.accepts(stapleOf(keeper, www))).toBe(true);
      });
    });
  });

  it('gives nothing anew of a certificate that was revoked since', async () => {
    await withTempDir((store) =>
      withResponder(async (responder) => {
        const www = site(responder, 'www.example.test');
        const certificates = [www.cert];
        await keeping({ certificates, store }, async (keeper, events) => {
          await keeper.ready;
          responder.setStatus(www.entity.certificate.serialNumber, REVOKED);
          await keeper.refresh(www.cert);
          expect(events.map(({ type }) => type)).toContain('revoked');
        });
        await keeping({ certificates, store }, async (keeper) => {
          await keeper.ready;
          expect(stapleOf(keeper, www)).toBeUndefined();
          expect(Array.from(keeper.views(), ({ state }) => state)).toEqual(['revoked']);
          await keeping({ certificates, store }, async (reader, events) => {
            const told = next(reader, ({ type }) => type === 'store');
            await reader.ready;
            await told;
            expect(stapleOf(reader, www)).toBeUndefined();
            expect(events.map(({ type }) => type)).toContain('revoked');
          });
        });
      }),
    );
  });
});
