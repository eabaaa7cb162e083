/** A server that runs for years, and strangers who would like it to remember more and more. */
import { readFileSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Opened } from '../../src/keeper/work.ts';
import { VirtualClock } from '../../src/simulation/virtual-clock.ts';
import { readGiven } from '../../src/subject/given.ts';
import { GivenDirectory } from '../../src/tls/given-directory.ts';
import { MetCertificates } from '../../src/tls/met.ts';
import { Reader } from '../../src/tls/reader.ts';
import { StapleKeeper } from '../../src/tls/staple-keeper.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { pki, site } from './site.ts';

const DAY = 86_400_000;
const NOBODY = { url: 'http://127.0.0.1:1/' };
/** Nothing is asked for these. */
const silent = { ocspUrls: [] };

const names = (keeper: StapleKeeper): readonly string[] =>
  Array.from(keeper.views(), ({ certificate }) => certificate);

const files = (store: string): readonly string[] =>
  readdirSync(join(store, 'given')).map((name) => join(store, 'given', name));

describe('a keeper', () => {
  it('lets certificates go that ended a month ago, by whatever clock', async () => {
    const start = Date.now();
    const clock = new VirtualClock(start);
    const ending = site(NOBODY, 'ending.example.test', { ...silent, notAfter: new Date(start + 10 * DAY) });
    const lasting = site(NOBODY, 'lasting.example.test', { ...silent, notAfter: new Date(start + 90 * DAY) });
    const keeper = new StapleKeeper({ clock, certificates: [ending.cert, lasting.cert] });
    try {
      await clock.run(start + 35 * DAY);
      // For some days the clock is set to another year.
      clock.error = 1000 * DAY;
      await clock.run(start + 39 * DAY);
      clock.error = 0;
      expect(names(keeper)).toHaveLength(2);
      await clock.run(start + 45 * DAY);
      expect(names(keeper)).toEqual(['lasting.example.test']);
      await clock.run(start + 125 * DAY);
      expect(names(keeper)).toEqual([]);
    } finally {
      await keeper.close();
    }
  });

  it('has room for so many that nobody named, and for all that were named', async () => {
    const keeper = new StapleKeeper({}, 2);
    const met = ['a', 'b', 'c'].map((name) => site(NOBODY, `${name}.example.test`, silent));
    const named = ['x', 'y', 'z'].map((name) => site(NOBODY, `${name}.example.test`, silent));
    try {
      await keeper.add(...named.map(({ cert }) => cert));
      const [first] = met;
      if (!first) throw new Error('no site');
      for (const { cert } of met) keeper.meet(readGiven(cert));
      const kept = ['x', 'y', 'z', 'b', 'c'].map((name) => `${name}.example.test`);
      expect(names(keeper)).toEqual(kept);
      expect(keeper.isKept(first.entity.certificate.raw)).toBe(false);
      // What was met and is named then stays.
      await keeper.add(...met.slice(1).map(({ cert }) => cert));
      for (const { cert } of met) keeper.meet(readGiven(cert));
      expect(names(keeper)).toEqual([...kept, 'a.example.test']);
    } finally {
      await keeper.close();
    }
  });
});

describe('what handshakes have shown', () => {
  it('is forgotten when it is too much, and met again then', () => {
    const unknown: string[] = [];
    const sites = ['a', 'b', 'c'].map((name) => site(NOBODY, `${name}.example.test`));
    const met = new MetCertificates(
      (raw) => unknown.push(nameOf(raw)),
      () => undefined,
      2,
    );
    const nameOf = (raw: Buffer): string =>
      `${sites.findIndex(({ entity }) => entity.certificate.raw.equals(raw))}`;
    for (const { entity } of sites) met.meet(entity.certificate, 'met', Date.now());
    for (const { entity } of sites) met.presented(entity.certificate.raw, null);
    expect(unknown).toEqual(['0']);
  });

  it('is forgotten when it was renewed and has ended, also what the program named', () => {
    const unknown: Buffer[] = [];
    const met = new MetCertificates(
      (raw) => unknown.push(raw),
      () => undefined,
    );
    const [old, renewed] = [site(NOBODY, 'www.example.test'), site(NOBODY, 'www.example.test')];
    const { raw, notAfter } = old.entity.certificate;
    met.meet(old.entity.certificate, 'named', Date.now());
    met.meet(renewed.entity.certificate, 'named', notAfter.getTime());
    met.presented(raw, null);
    expect(unknown).toEqual([raw]);
  });
});

describe('a process that reads what another keeps', () => {
  it('looks less and less often for a staple that never comes, and not at the others each time', async () => {
    const start = Date.now();
    const clock = new VirtualClock(start);
    const looks: string[] = [];
    const life = { thisUpdate: start, validUntil: start + DAY };
    const opened = (key: string): Opened => ({
      staple: key === 'lacking' ? undefined : life,
      published: [],
      unwritten: undefined,
      damaged: [],
      memory: undefined,
      responder: undefined,
      issuer: undefined,
      mustStaple: false,
      notBefore: start,
      notAfter: start + DAY,
    });
    const reader = new Reader({
      work: { open: async ({ key }) => opened(key) },
      writtenAt: (key) => (looks.push(key), 1),
      clock,
      report: () => undefined,
      looked: () => undefined,
    });
    const { settings } = { settings: Object() };
    for (const key of ['one', 'two', 'lacking'])
      reader.add(key, key, { key, paths: [], outputs: [], servers: [], foundIn: undefined, settings });
    await clock.run(start + 60_000);
    const count = (key: string): number => looks.filter((look) => look === key).length;
    expect(count('one')).toBeLessThanOrEqual(1 + 60 / 5);
    expect(count('one')).toBe(count('two'));
    // At once, after 250, 500, 1000, 2000, 4000 milliseconds, and every five seconds then.
    expect(count('lacking')).toBeLessThanOrEqual(6 + 60 / 5);
    expect(count('lacking')).toBeGreaterThan(count('one'));
    await reader.stop();
  });
});

describe('the certificates that a store is offered', () => {
  const www = site(NOBODY, 'www.example.test');
  const all = certificatesPem(www.entity, pki.stranger, pki.issuer, pki.root);

  it('are written with their issuer, not with every CA that a server trusts, and once', async () => {
    await withTempDir(async (store) => {
      const given = new GivenDirectory(store);
      const key = '0'.repeat(64);
      expect(given.offer(key, readGiven(all))).toBe(true);
      const [path = ''] = files(store);
      expect(readFileSync(path, 'utf8')).toBe(www.cert);
      const { ino } = statSync(path);
      expect(given.offer(key, readGiven(all))).toBe(true);
      expect(statSync(path).ino).toBe(ino);
      given.withdraw(key);
      expect(files(store)).toEqual([]);
    });
  });

  it('are told of when they are not to be written', async () => {
    await withTempDir(async (store) => {
      writeFileSync(join(store, 'given'), '');
      expect(new GivenDirectory(store).offer('0'.repeat(64), readGiven(all))).toBe(false);
    });
  });
});
