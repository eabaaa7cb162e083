/** The keeper's work on real files and sockets. */
import { mkdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { CertificateSubject } from '../../../src/keeper/files/certificate-subject.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { NEXT_UPDATE, NOW, THIS_UPDATE, shift, testResponse } from '../../support/pki.ts';
import { flipBit } from '../../support/alter.ts';
import { DAY, GO_ON, HOUR, type World, pki, server, stapleFor, subjectOf, withWorld } from './world.ts';

const usual = testResponse(pki);
const older = testResponse(pki, { thisUpdate: shift(THIS_UPDATE, -HOUR) });
const newer = testResponse(pki, { thisUpdate: shift(THIS_UPDATE, HOUR) });
const expired = testResponse(pki, { thisUpdate: shift(NOW, -2 * DAY), nextUpdate: shift(NOW, -DAY) });
const revoked = testResponse(pki, {
  certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: 1 },
});
const lifeOf = (thisUpdate: Date): object => ({
  thisUpdate: thisUpdate.getTime(),
  validUntil: NEXT_UPDATE.getTime(),
});

/** The leaf, and what lies in the store and in its output; `undefined` for nothing. */
async function lying(
  world: World,
  stored: Buffer | undefined,
  output: Buffer | undefined,
): Promise<CertificateSubject & { readonly own: string; readonly output: string }> {
  const subject = await subjectOf(world, pki.leaf);
  const own = world.store.staplePath(subject.key);
  const [path = ''] = subject.outputs;
  await mkdir(dirname(own), { recursive: true });
  if (stored) await writeFile(own, stored);
  if (output) await writeFile(path, output);
  return { ...subject, own, output: path };
}

describe('the way of one staple', () => {
  it('leads from a certificate through a responder into store and file, and is known after a restart', () =>
    withWorld(async (world) => {
      const subject = await subjectOf(world, pki.leaf);
      const work = world.work();
      const opened = await work.open(subject);
      expect(opened).toMatchObject({
        staple: undefined,
        published: [],
        unwritten: undefined,
        damaged: [],
        memory: undefined,
        responder: `127.0.0.1:${world.responder.port}`,
        mustStaple: false,
        notAfter: pki.leaf.certificate.notAfter.getTime(),
      });
      const answer = await work.ask(subject, {}, GO_ON);
      expect(answer).toMatchObject({ certStatus: { type: 'good' }, notModified: false });
      const kept = await work.keep(subject, answer.response);
      const life = { thisUpdate: answer.thisUpdate, validUntil: answer.validUntil };
      expect(kept).toEqual({ staple: life, published: subject.outputs, unwritten: undefined });
      for (const path of [world.store.staplePath(subject.key), ...subject.outputs])
        expect(await readFile(path)).toEqual(answer.response.der);
      const memory = { attemptAt: 5, failures: 0, etag: '"a"' };
      work.remember(subject, memory);
      expect(await world.work().open(subject)).toMatchObject({ staple: life, published: [], memory });
      expect(world.responder.requests).toHaveLength(1);
    }));

  it('asks nobody about a thousand certificates whose staples are there', () =>
    withWorld(async (world) => {
      const subjects: CertificateSubject[] = [];
      for (let n = 0; n < 1000; n++) {
        const one = server();
        const subject = await subjectOf(world, one, `site-${n}`);
        await writeFile(subject.outputs[0] ?? '', stapleFor(one));
        subjects.push(subject);
      }
      const work = world.work();
      for (const subject of subjects)
        expect(await work.open(subject)).toMatchObject({ staple: lifeOf(THIS_UPDATE), unwritten: undefined });
      for (const { key, outputs } of subjects)
        expect(await readFile(world.store.staplePath(key))).toEqual(await readFile(outputs[0] ?? ''));
      expect(world.responder.requests).toEqual([]);
    }));
});

describe('opening', () => {
  const cut = usual.subarray(0, -10);
  const rubbish = Buffer.from('the disk was full');
  const forged = flipBit(usual);

  interface Row {
    readonly name: string;
    readonly stored?: Buffer;
    readonly output?: Buffer;
    /** What lies in both afterwards. */
    readonly best: Buffer | undefined;
    readonly published?: boolean;
    readonly damaged?: readonly ('own' | 'output')[];
  }

  it.each<Row>([
    { name: 'an output that was deleted by hand', stored: usual, best: usual, published: true },
    { name: 'a store that was lost', output: usual, best: usual },
    { name: 'an output that is better', stored: older, output: newer, best: newer },
    { name: 'an output that is worse', stored: newer, output: older, best: newer, published: true },
    { name: 'a store that was cut short', stored: cut, output: usual, best: usual, damaged: ['own'] },
    { name: 'rubbish in the store', stored: rubbish, output: usual, best: usual, damaged: ['own'] },
    { name: 'an empty store file', stored: Buffer.alloc(0), output: usual, best: usual, damaged: ['own'] },
    { name: 'an empty output', stored: usual, output: Buffer.alloc(0), best: usual, published: true },
    { name: 'an empty output alone', output: Buffer.alloc(0), best: undefined },
    {
      name: 'a forged output',
      stored: usual,
      output: forged,
      best: usual,
      published: true,
      damaged: ['output'],
    },
    { name: 'an expired output', stored: usual, output: expired, best: usual, published: true },
    {
      name: 'an output of the certificate before',
      stored: usual,
      output: stapleFor(server()),
      best: usual,
      published: true,
    },
    { name: 'an output that says revoked', stored: usual, output: revoked, best: usual, published: true },
    {
      name: 'the staple of another in the store',
      stored: stapleFor(server()),
      best: undefined,
      damaged: ['own'],
    },
    { name: 'rubbish in both', stored: rubbish, output: cut, best: undefined, damaged: ['own', 'output'] },
    { name: 'expired staples in both', stored: expired, output: expired, best: undefined },
    { name: 'nothing at all', best: undefined },
  ])('brings together store and file: $name', ({ stored, output, best, published = false, damaged = [] }) =>
    withWorld(async (world) => {
      const subject = await lying(world, stored, output);
      const opened = await world.work().open(subject);
      expect(opened.damaged.map(({ path }) => path)).toEqual(damaged.map((which) => subject[which]));
      expect(opened.published).toEqual(published ? subject.outputs : []);
      expect(opened.unwritten).toBeUndefined();
      expect(opened.staple).toEqual(best && lifeOf(best === newer ? shift(THIS_UPDATE, HOUR) : THIS_UPDATE));
      const after = await Promise.all(
        [subject.own, subject.output].map((path) => readFile(path).catch(() => undefined)),
      );
      expect(after).toEqual(best ? [best, best] : [stored, output]);
    }),
  );

  it('says of what was damaged what it is, and what becomes of it', () =>
    withWorld(async (world) => {
      const subject = await lying(world, rubbish, undefined);
      const { damaged } = await world.work().open(subject);
      expect(damaged[0]?.message).toMatch(/^OCSPResponse: .+; to be fetched again$/);
      await writeFile(subject.output, usual);
      const again = await world.work().open(subject);
      expect(again.damaged[0]?.message).toMatch(/; replaced by a good staple$/);
    }));

  it.each([
    ['a key', keyPem(pki.leaf)],
    ['a certificate', certificatesPem(pki.leaf)],
    ['a certificate in DER', pki.leaf.certificate.raw],
  ])('never writes over %s, and goes on', (_what, content) =>
    withWorld(async (world) => {
      const subject = await lying(world, usual, Buffer.from(content));
      const second = join(world.dir, 'second.ocsp');
      const opened = await world.work().open({ ...subject, outputs: [subject.output, second] });
      expect(opened).toMatchObject({
        staple: lifeOf(THIS_UPDATE),
        published: [second],
        damaged: [],
        unwritten: { code: 'output-unwritable', path: subject.output },
      });
      expect(await readFile(subject.output)).toEqual(Buffer.from(content));
    }),
  );

  it('goes on with what is at hand when the store cannot be written', () =>
    withWorld(async (world) => {
      await world.write('store/staples', 'in the way');
      const subject = await subjectOf(world, pki.leaf);
      await writeFile(subject.outputs[0] ?? '', usual);
      const opened = await world.work().open(subject);
      expect(opened).toMatchObject({ staple: lifeOf(THIS_UPDATE), unwritten: { code: 'output-unwritable' } });
      world.work().remember(subject, { attemptAt: 0, failures: 0 });
    }));

  it('leaves alone what is good by a clock that is right', () =>
    withWorld(async (world) => {
      const subject = await lying(world, newer, newer);
      world.clock.set(THIS_UPDATE);
      const work = world.work();
      expect(await work.open(subject)).toMatchObject({ staple: undefined, damaged: [] });
      // A cache held it back, and by this clock it is good.
      const answer = await work.ask(subject, {}, GO_ON);
      expect(answer.thisUpdate).toBeLessThan(THIS_UPDATE.getTime());
      const kept = await work.keep(subject, answer.response);
      expect(kept).toEqual({ staple: lifeOf(shift(THIS_UPDATE, HOUR)), published: [], unwritten: undefined });
      world.clock.set(NOW);
      expect(await world.work().open(subject)).toMatchObject({ staple: lifeOf(shift(THIS_UPDATE, HOUR)) });
      expect(await readFile(subject.output)).toEqual(newer);
    }));

  it('follows an output that is a link', () =>
    withWorld(async (world) => {
      const subject = await lying(world, usual, undefined);
      const real = await world.write('elsewhere/real.ocsp', expired);
      await symlink(real, subject.output);
      expect(await world.work().open(subject)).toMatchObject({ published: [subject.output] });
      expect(await readFile(real)).toEqual(usual);
    }));
});

describe('a certificate file that is no longer what it was', () => {
  it('cannot be opened as the old certificate', () =>
    withWorld(async (world) => {
      const subject = await lying(world, usual, usual);
      const [path = ''] = subject.paths;
      await writeFile(path, certificatesPem(server(), pki.issuer));
      await expect(world.work().open(subject)).rejects.toMatchObject({
        code: 'certificate-not-found',
        message: `${path} holds another certificate than before`,
      });
      await rm(path);
      await expect(world.work().open(subject)).rejects.toMatchObject({ code: 'file-unreadable' });
      const second = await world.write('second.pem', certificatesPem(pki.leaf, pki.issuer));
      expect(await world.work().open({ ...subject, paths: [path, second] })).toMatchObject({
        staple: lifeOf(THIS_UPDATE),
      });
    }));

  it('does not get the staple of the old one that was on its way', () =>
    withWorld(async (world) => {
      const subject = await subjectOf(world, pki.leaf);
      const work = world.work();
      await work.open(subject);
      const { response } = await work.ask(subject, {}, GO_ON);
      const next = server();
      await writeFile(subject.paths[0] ?? '', certificatesPem(next, pki.issuer));
      const published = stapleFor(next);
      await writeFile(subject.outputs[0] ?? '', published);
      expect(await work.keep(subject, response)).toMatchObject({
        published: [],
        unwritten: { code: 'certificate-not-found' },
      });
      expect(await readFile(subject.outputs[0] ?? '')).toEqual(published);
      expect(await readFile(world.store.staplePath(subject.key))).toEqual(response.der);
    }));
});

describe('keeping', () => {
  it('tells the first place that could not be written, and writes the others', () =>
    withWorld(async (world) => {
      const subject = await subjectOf(world, pki.leaf);
      const blocked = join(subject.paths[0] ?? '', 'site.ocsp');
      const outputs = [blocked, ...subject.outputs];
      const work = world.work();
      const { response } = await work.ask(subject, {}, GO_ON);
      expect(await work.keep({ ...subject, outputs }, response)).toMatchObject({
        published: subject.outputs,
        unwritten: { code: 'output-unwritable', path: blocked },
      });
      expect(await readFile(world.store.staplePath(subject.key))).toEqual(response.der);
    }));

  it('lets a better staple of another process stand, and spreads it', () =>
    withWorld(async (world) => {
      const subject = await subjectOf(world, pki.leaf);
      const work = world.work();
      world.clock.set(shift(NOW, -HOUR));
      const { response } = await work.ask(subject, {}, GO_ON);
      world.clock.set(NOW);
      const better = testResponse(pki, { thisUpdate: shift(NOW, -60_000) });
      await writeFile(subject.outputs[0] ?? '', better);
      expect(await work.keep(subject, response)).toMatchObject({
        staple: lifeOf(shift(NOW, -60_000)),
        published: [],
        unwritten: undefined,
      });
      expect(await readFile(world.store.staplePath(subject.key))).toEqual(better);
    }));
});
