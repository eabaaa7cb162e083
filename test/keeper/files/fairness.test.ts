/** Customers' certificates over real sockets: what one of them names must not keep a CA's responder from the others. */
import { setTimeout as sleep } from 'node:timers/promises';
import { describe, expect, it } from 'vitest';
import { answerRequest } from '../../../src/demo/pki/answer.ts';
import { type Entity, createRoot } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import { createHttpClient } from '../../../src/http/client.ts';
import type { KeeperEvent } from '../../../src/keeper/events.ts';
import type { CertificateSubject } from '../../../src/keeper/files/certificate-subject.ts';
import { keyOf } from '../../../src/keeper/files/certificates.ts';
import type { VerifiedResponse } from '../../../src/keeper/files/verified-response.ts';
import { Keeper } from '../../../src/keeper/keeper.ts';
import { DEFAULT_POLICY } from '../../../src/staple/policy.ts';
import { certificatesPem } from '../../support/files.ts';
import { type TestServer, answerBytes, startHttpServer } from '../../support/http-server.ts';
import { testKeys } from '../../support/keys.ts';
import { NOW, shift } from '../../support/pki.ts';
import { DAY, HOUR, type World, pki, server, settingsFor, withWorld } from './world.ts';

/** One address: `/ocsp` is the CA's, `/busy` answers 503, `/deaf` never. */
const startSharedHost = (): Promise<TestServer> =>
  startHttpServer(({ target, body }, socket) => {
    if (target.startsWith('/deaf')) return;
    if (target.startsWith('/busy')) {
      socket.write(answerBytes({ status: 503, body: 'busy' }));
      return;
    }
    const path = decodeURIComponent(target.slice('/ocsp/'.length));
    const der = answerRequest(path === '' ? body : Buffer.from(path, 'base64'), {
      issuer: pki.issuer.certificate,
      signer: pki.delegate,
      statusOf: () => ({ type: 'good' }),
      thisUpdate: shift(NOW, -HOUR),
      nextUpdate: shift(NOW, DAY),
    });
    const headers = [['Content-Type', 'application/ocsp-response']] as const;
    socket.write(answerBytes({ headers, body: der }));
  });

const keeperIn = (world: World, events: KeeperEvent[]): Keeper<CertificateSubject, VerifiedResponse> =>
  new Keeper({
    work: world.work(),
    clock: world.clock,
    random: () => 0.5,
    filesOf: ({ outputs }) => outputs,
    policyOf: () => DEFAULT_POLICY,
    requests: 64,
    requestsPerResponder: 8,
    report: (event) => events.push(event),
  });

/** Whoever makes himself a CA needs nobody for it. */
const madeUp = createRoot({
  name: name([['CN', 'made up CA']]),
  keys: testKeys('p256', 5),
  serial: 7,
  notBefore: shift(NOW, -DAY),
  notAfter: shift(NOW, DAY),
});

const isFetched = ({ type }: KeeperEvent): boolean => type === 'fetched';

describe('the responder of a CA whose host is named by others, too', () => {
  it('is asked for its certificates while sixty others hang there or are refused', () =>
    withWorld(async (world) => {
      const shared = await startSharedHost();
      const client = createHttpClient({ allowPrivate: true });
      const settings = { ...settingsFor(client, undefined), timeoutMs: 250 };
      const events: KeeperEvent[] = [];
      const keeper = keeperIn(world, events);
      const add = async (count: number, path: string, issuer: Entity): Promise<void> => {
        for (let number = 0; number < count; number++) {
          const leaf = server({ ocspUrls: [shared.url(path).href] }, issuer);
          const stem = `${path.slice(1)}-${number}`;
          const file = await world.write(`${stem}.pem`, certificatesPem(leaf, issuer));
          const key = keyOf(leaf.certificate);
          const outputs = [`${world.dir}/${stem}.ocsp`];
          const subject = { key, paths: [file], outputs, servers: [], foundIn: undefined, settings };
          keeper.add(key, stem, subject);
        }
      };
      try {
        await add(30, '/busy', madeUp);
        await add(30, '/deaf', madeUp);
        while (!events.some(({ type }) => type === 'responder-down')) await sleep(10);
        await add(5, '/ocsp', pki.issuer);
        // The clock stands still: nobody comes in because time has passed.
        while (events.filter(isFetched).length < 5) await sleep(10);
        const told = events.filter(({ type }) => type === 'responder-down');
        expect(told).toMatchObject([{ responder: shared.url().host, issuer: 'CN=made up CA' }]);
        const asked = shared.requests.filter(({ target }) => target.startsWith('/ocsp'));
        expect(asked).toHaveLength(5);
      } finally {
        await keeper.stop();
        client.close();
        await shared.close();
      }
    }));
});

describe('certificates that name a place for their issuer that never answers', () => {
  it('do not keep those waiting whose issuer is at hand', () =>
    withWorld(async (world) => {
      const shared = await startSharedHost();
      const client = createHttpClient({ allowPrivate: true });
      const settings = settingsFor(client, undefined);
      const events: KeeperEvent[] = [];
      const keeper = keeperIn(world, events);
      const add = async (leaf: Entity, ...chain: readonly Entity[]): Promise<void> => {
        const key = keyOf(leaf.certificate);
        const file = await world.write(`${key}.pem`, certificatesPem(leaf, ...chain));
        const subject = { key, paths: [file], outputs: [], servers: [], foundIn: undefined, settings };
        keeper.add(key, file, subject);
      };
      try {
        const names = { ocspUrls: [shared.url('/ocsp').href], caIssuersUrls: [shared.url('/deaf').href] };
        for (let count = 0; count < 30; count++) await add(server(names, madeUp));
        while (shared.requests.length === 0) await sleep(10);
        for (let count = 0; count < 5; count++) await add(server(names), pki.issuer);
        while (events.filter(isFetched).length < 5) await sleep(10);
        expect(events.map(({ type }) => type)).toEqual(Array.from({ length: 5 }, () => 'fetched'));
      } finally {
        await shared.close();
        await keeper.stop();
        client.close();
      }
    }));
});

describe('a certificate that somebody has given the name of a CA', () => {
  const forged = server(
    { ocspUrls: ['http://127.0.0.1/'] },
    { ...madeUp, certificate: pki.issuer.certificate },
  );
  const subjectIn = async (world: World, ...beside: readonly Entity[]): Promise<CertificateSubject> => ({
    key: keyOf(forged.certificate),
    paths: [await world.write('forged.pem', certificatesPem(forged, ...beside))],
    outputs: [],
    servers: [],
    foundIn: undefined,
    settings: settingsFor(world.client, undefined),
  });

  it('is refused before anybody is asked, with the certificate of that CA beside it', () =>
    withWorld(async (world) => {
      const refused = world.work().open(await subjectIn(world, pki.issuer));
      await expect(refused).rejects.toMatchObject({
        code: 'issuer-mismatch',
        message: expect.stringMatching(
          /^the file has the certificate of its issuer, .*, whose key did not sign/,
        ),
      });
    }));

  it('is refused though the CA is known from another certificate', () =>
    withWorld(async (world) => {
      const work = world.work();
      const path = await world.write('good.pem', certificatesPem(pki.leaf, pki.issuer));
      const good = { ...(await subjectIn(world)), key: keyOf(pki.leaf.certificate), paths: [path] };
      const givenIssuers = [pki.issuer.certificate];
      await work.open(good);
      await expect(work.open(await subjectIn(world))).rejects.toMatchObject({ code: 'issuer-not-found' });
      const subject = await subjectIn(world);
      const given = { ...subject, settings: { ...subject.settings, givenIssuers } };
      await expect(work.open(given)).rejects.toMatchObject({ code: 'issuer-mismatch' });
    }));
});
