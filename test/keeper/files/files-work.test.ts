/** The keeper's work on real files and sockets. */
import { readFile } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { GO_ON, pki, subjectOf, withWorld } from './world.ts';

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
});
