/** How the keeper asks: whom, by what rules, and what it takes for an answer. */
import { rm, writeFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { formatName } from '../../../src/x509/name.ts';
import { nameKey } from '../../../src/x509/name-text.ts';
import { OID } from '../../../src/x509/oids.ts';
import type { CertificateSubject, SubjectSettings } from '../../../src/keeper/files/certificate-subject.ts';
import { keyOf } from '../../../src/keeper/files/certificates.ts';
import { certificatesPem } from '../../support/files.ts';
import { answer, silence as mute, startHttpServer } from '../../support/http-server.ts';
import type { Reply } from '../../support/ocsp-responder.ts';
import { NOW, shift, testResponse } from '../../support/pki.ts';
import { DAY, GO_ON, HOUR, type World, pki, server, stapleFor, subjectOf, withWorld } from './world.ts';

const using = (subject: CertificateSubject, settings: Partial<SubjectSettings>): CertificateSubject => ({
  ...subject,
  settings: { ...subject.settings, ...settings },
});

const keyOfName = (name: Buffer): string => nameKey(formatName(name)) ?? '';

const TAG = '"2026-02-25"';
/** A cache that knows what it gave. */
const revalidating = (der: Buffer, { headers }: { headers: Record<string, unknown> }): Reply =>
  headers['if-none-match'] === TAG
    ? { status: 304, headers: { ETag: TAG }, body: '' }
    : { headers: { ETag: TAG, 'Cache-Control': 'max-age=600' }, body: der };

describe('asking', () => {
  it('asks for something newer only, after a restart too, and says when there is nothing', () =>
    withWorld(
      async (world) => {
        const subject = await subjectOf(world, pki.leaf);
        const first = world.work();
        await first.open(subject);
        const got = await first.ask(subject, {}, GO_ON);
        expect(got).toMatchObject({ notModified: false, etag: TAG, freshForMs: 600_000 });
        await first.keep(subject, got.response);
        first.remember(subject, { attemptAt: 0, failures: 0, etag: got.etag });

        const second = world.work();
        const { memory, staple } = await second.open(subject);
        expect(memory?.etag).toBe(TAG);
        const again = await second.ask(subject, { etag: memory?.etag }, GO_ON);
        expect(again).toMatchObject({ notModified: true, ...staple });
        expect(again.response.der).toEqual(got.response.der);
      },
      { mangle: revalidating },
    ));

  it('does not speak of an ETag when the response that had it is no longer there', () =>
    withWorld(
      async (world) => {
        const subject = await subjectOf(world, pki.leaf);
        const work = world.work();
        await work.open(subject);
        const { response, etag } = await work.ask(subject, {}, GO_ON);
        await work.keep(subject, response);
        const older = testResponse(pki, { thisUpdate: shift(NOW, -3 * HOUR) });
        await rm(world.store.staplePath(subject.key));
        await writeFile(subject.outputs[0] ?? '', older);
        await work.open(subject);
        expect(await work.ask(subject, { etag }, GO_ON)).toMatchObject({ notModified: false });
        expect(world.responder.requests.at(-1)?.headers).toMatchObject({
          'if-modified-since': shift(NOW, -3 * HOUR).toUTCString(),
        });
      },
      { mangle: revalidating },
    ));

  it('hands on what says revoked, and refuses what breaks a rule', () =>
    withWorld(async (world) => {
      const subject = await subjectOf(world, pki.leaf);
      const work = world.work();
      const since = shift(NOW, -DAY);
      world.responder.setStatus(pki.leaf.certificate.serialNumber, {
        type: 'revoked',
        revocationTime: since,
        reason: 4,
      });
      expect(await work.ask(subject, {}, GO_ON)).toMatchObject({
        certStatus: { type: 'revoked', reason: 4 },
      });
      world.clock.set(shift(NOW, DAY));
      await expect(work.ask(subject, {}, GO_ON)).rejects.toMatchObject({ code: 'response-expired' });
      world.clock.set(shift(NOW, -DAY));
      await expect(work.ask(subject, {}, GO_ON)).rejects.toMatchObject({ code: 'this-update-in-future' });
    }));

  it('ends when it is told to', () =>
    withWorld(async (world) => {
      const deaf = await startHttpServer(mute);
      try {
        const subject = using(await subjectOf(world, pki.leaf), {
          urls: [deaf.url().href, world.responder.url],
        });
        const stop = new AbortController();
        const asked = world.work().ask(subject, {}, stop.signal);
        const failed = asked.catch((error: unknown) => error);
        while (deaf.requests.length === 0) await new Promise((resolve) => setTimeout(resolve, 5));
        stop.abort();
        expect(await failed).toMatchObject({ name: 'TransportError' });
        await expect(world.work().ask(subject, {}, stop.signal)).rejects.toMatchObject({
          name: 'TransportError',
        });
        expect(world.responder.requests).toEqual([]);
      } finally {
        await deaf.close();
      }
    }));
});

describe('the rules for responders', () => {
  const NAMED = 'http://ocsp.example.test/';

  type Rules = (url: string) => SubjectSettings['responders'];

  it.each<readonly [string, Rules]>([
    ['asks another in its place', (url) => [{ prefix: NAMED, urls: [url] }]],
    [
      'knows it by its issuer',
      (url) => [{ issuerName: keyOfName(pki.issuer.certificate.subject), urls: [url] }],
    ],
    ['takes the first that fits', (url) => [{ urls: [url] }, { isDisabled: true }]],
    [
      'passes over those that do not fit',
      (url) => [
        { prefix: 'http://ocsp.example.te', isDisabled: true },
        { issuerName: keyOfName(pki.root.certificate.subject), isDisabled: true },
        { prefix: 'HTTP://OCSP.example.test', urls: [url] },
      ],
    ],
  ])('%s', (_name, rules) =>
    withWorld(async (world) => {
      const settings = { urls: undefined, responders: rules(world.responder.url) };
      const subject = using(await subjectOf(world, pki.leaf), settings);
      const work = world.work();
      const { responder } = await work.open(subject);
      expect(responder).toBe(`127.0.0.1:${world.responder.port}`);
      expect((await work.ask(subject, {}, GO_ON)).certStatus).toEqual({ type: 'good' });
    }),
  );

  it('do not ask one that is disabled, and publish what is at hand', () =>
    withWorld(async (world) => {
      const settings = { urls: undefined, responders: [{ prefix: NAMED, isDisabled: true }] };
      const subject = using(await subjectOf(world, pki.leaf), settings);
      world.store.makeRoom(subject.key);
      await writeFile(world.store.staplePath(subject.key), testResponse(pki));
      const work = world.work();
      expect(await work.open(subject)).toMatchObject({
        responder: undefined,
        silence: 'its responder is not to be asked, says the config',
        published: subject.outputs,
      });
      await expect(work.ask(subject, {}, GO_ON)).rejects.toMatchObject({ code: 'responder-url-missing' });
    }));

  it('sends the headers of each to each', () =>
    withWorld(async (world) => {
      const broken = await startHttpServer(answer({ status: 500 }));
      try {
        const subject = using(await subjectOf(world, pki.leaf), {
          urls: [broken.url().href, world.responder.url],
          headers: [
            ['X-All', 'all'],
            ['X-One', 'settings'],
          ],
          responders: [
            {
              prefix: world.responder.url,
              headers: [
                ['X-Rule', 'rule'],
                ['x-one', 'rule'],
              ],
            },
          ],
        });
        const { responder } = await world.work().ask(subject, {}, GO_ON);
        expect(responder).toBe(world.responder.url);
        expect(broken.requests[0]?.headers.map(([header]) => header)).not.toContain('X-Rule');
        expect(world.responder.requests[0]?.headers).toMatchObject({
          'x-all': 'all',
          'x-rule': 'rule',
          'x-one': 'settings',
        });
      } finally {
        await broken.close();
      }
    }));
});

describe('nobody to ask', () => {
  const expiredOne = server({ notBefore: shift(NOW, -90 * DAY), notAfter: shift(NOW, -DAY) });
  const silent = server({ ocspUrls: [] });
  const short = server({
    extensions: [{ oid: OID.noRevAvail, critical: false, value: Buffer.from([5, 0]) }],
  });

  it.each([
    ['an expired certificate', expiredOne, /^the certificate ended at /],
    ['one that names no responder', silent, /^the certificate names no OCSP responder$/],
    ['one without revocation', short, /^the CA publishes no revocation for this certificate \(noRevAvail\)$/],
  ])('is silence for %s, not a failure', (_name, entity, silence) =>
    withWorld(async (world) => {
      const subject = using(await subjectOf(world, entity), { urls: undefined });
      const opened = await world.work().open(subject);
      expect(opened).toMatchObject({ staple: undefined, responder: undefined });
      expect(opened.silence).toMatch(silence);
    }),
  );
});

/** The certificate without its issuer. */
const alone = async (
  world: World,
  settings: Partial<SubjectSettings>,
  entity = pki.leaf,
): Promise<CertificateSubject> => {
  const path = await world.write('sites/leaf.pem', certificatesPem(entity));
  return {
    key: keyOf(entity.certificate),
    paths: [path],
    outputs: [],
    servers: [],
    foundIn: undefined,
    settings: { ...world.settings, ...settings },
  };
};

describe('the issuer', () => {
  it('is one that was given, or refused', () =>
    withWorld(async (world) => {
      const work = world.work();
      const good = await alone(world, { givenIssuers: [pki.root.certificate, pki.issuer.certificate] });
      expect(await work.open(good)).toMatchObject({ staple: undefined });
      const bad = await alone(world, { givenIssuers: [pki.root.certificate] });
      await expect(work.open(bad)).rejects.toMatchObject({ code: 'issuer-mismatch' });
    }));

  it('lies beside a certificate that was found in a directory, or is known from another file', () =>
    withWorld(async (world) => {
      const named = await alone(world, {});
      await world.write('sites/ca.pem', certificatesPem(pki.issuer));
      const work = world.work();
      await expect(work.open(named)).rejects.toMatchObject({ code: 'issuer-not-found' });
      await work.open({ ...named, foundIn: world.dir });
      expect(await work.open(named)).toMatchObject({ staple: undefined });
    }));

  it('is fetched once in the life of a store, and not to open what is at hand', () =>
    withWorld(async (world) => {
      const ca = await startHttpServer(answer({ body: pki.issuer.certificate.raw }));
      const { createHttpClient } = await import('../../../src/http/client.ts');
      const client = createHttpClient({ allowPrivate: true });
      try {
        const entity = server({ caIssuersUrls: [ca.url('/ca.der').href] });
        const subject = await alone(world, { client }, entity);
        await world.work().open(subject);
        expect(ca.requests).toHaveLength(1);
        const own = world.store.staplePath(subject.key);
        world.store.makeRoom(subject.key);
        await writeFile(own, stapleFor(entity));
        await ca.close();
        expect((await world.work().open(subject)).staple).toBeDefined();
        await rm(world.store.issuers, { recursive: true });
        await expect(world.work().open(subject)).rejects.toMatchObject({ code: 'http-unreachable' });
      } finally {
        client.close();
      }
    }));
});
