import { mkdir, readFile, readdir, stat, symlink, utimes, writeFile } from 'node:fs/promises';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createServer } from '../../src/demo/pki/entity.ts';
import { name } from '../../src/demo/pki/name.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { type VerifyOptions, verifyResponse } from '../../src/ocsp/verify-response.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import { type Candidate, type Judge, keepStaple, loadStaple } from '../../src/store/staple-file.ts';
import { flipBit } from '../support/alter.ts';
import { withTempDir } from '../support/files.ts';
import { run } from '../support/peers.ts';
import { testKeys } from '../support/keys.ts';
import { NEXT_UPDATE, NOW, THIS_UPDATE, createTestPki, shift, testResponse } from '../support/pki.ts';

const HOUR = 3_600_000;
const pki = createTestPki();
const options: VerifyOptions = {
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  now: NOW,
};
const judge: Judge = (der) => verifyStaple(der, options);

const verified = (der: Buffer): Candidate => ({ der, verdict: verifyResponse(der, options) });
const unverified = (der: Buffer): Candidate => ({ der, verdict: undefined });

const at = (thisUpdate: Date, nextUpdate: Date): Buffer => testResponse(pki, { thisUpdate, nextUpdate });
const usual = at(THIS_UPDATE, NEXT_UPDATE);
const older = at(shift(THIS_UPDATE, -HOUR), shift(NEXT_UPDATE, HOUR));
const newer = at(shift(THIS_UPDATE, HOUR), shift(NEXT_UPDATE, -HOUR));
const sooner = at(THIS_UPDATE, shift(NEXT_UPDATE, -HOUR));
const later = at(THIS_UPDATE, shift(NEXT_UPDATE, HOUR));
/** The same times, signed once more: ECDSA gives other bytes. */
const again = at(THIS_UPDATE, NEXT_UPDATE);
const expired = at(shift(NOW, -3 * HOUR), shift(NOW, -HOUR));
const fromTheFuture = at(shift(NOW, HOUR), shift(NOW, 2 * HOUR));
const revoked = testResponse(pki, {
  thisUpdate: shift(NOW, -60_000),
  certStatus: { type: 'revoked', revocationTime: THIS_UPDATE, reason: 1 },
});
const another = createServer(pki.issuer, {
  name: name([['CN', 'another.example.test']]),
  keys: testKeys('p256', 3),
  serial: 0x2000,
  notBefore: shift(NOW, -HOUR),
  notAfter: shift(NOW, HOUR),
});
const ofAnother = testResponse(pki, {
  thisUpdate: shift(NOW, -60_000),
  certID: createCertID(another.certificate, pki.issuer.certificate),
});
const byStranger = testResponse(pki, { thisUpdate: shift(NOW, -60_000), signer: pki.strangerDelegate });

const ROWS: readonly (readonly [string, Buffer | undefined, Candidate, 'written' | 'unchanged' | 'kept'])[] =
  [
    ['a good response where there was no file', undefined, verified(usual), 'written'],
    ['an unverified response where there was no file', undefined, unverified(usual), 'written'],
    ['a newer response over the present staple, though it ends sooner', usual, verified(newer), 'written'],
    ['an older response over the present staple, though it lasts longer', usual, verified(older), 'kept'],
    ['a response of the same time that ends sooner', usual, verified(sooner), 'kept'],
    ['a response of the same time that lasts longer', usual, verified(later), 'written'],
    ['a response of the same times with another signature', usual, verified(again), 'written'],
    ['the very same response', usual, verified(usual), 'unchanged'],
    ['the very same response, unverified', usual, unverified(usual), 'unchanged'],
    ['an unverified response over a verified staple, though it is newer', usual, unverified(newer), 'kept'],
    ['a good response over garbage', Buffer.from('garbage'), verified(usual), 'written'],
    ['a good response over an empty file', Buffer.alloc(0), verified(usual), 'written'],
    ['a good response over a staple that was cut short', usual.subarray(0, -1), verified(older), 'written'],
    [
      'a good response over one with a byte too many',
      Buffer.concat([newer, newer]),
      verified(usual),
      'written',
    ],
    ['a good response over a file of 10 MB', Buffer.alloc(10_000_000, newer), verified(usual), 'written'],
    ['a good response over an expired one', expired, verified(usual), 'written'],
    ['a good response over one from the future', fromTheFuture, verified(usual), 'written'],
    ['a good response over a newer one that says revoked', revoked, verified(usual), 'written'],
    ["a good response over another certificate's newer one", ofAnother, verified(usual), 'written'],
    ['a good response over the newer one of a stranger', byStranger, verified(usual), 'written'],
    ['a good response over one with a broken signature', flipBit(newer), verified(usual), 'written'],
    ['an unverified response over garbage', Buffer.from('garbage'), unverified(usual), 'written'],
    ['an unverified response over an expired one', expired, unverified(usual), 'written'],
  ];

describe('a staple is never made worse', () => {
  it.each(ROWS)('%s', async (_, present, candidate, outcome) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      if (present) await writeFile(path, present);
      const kept = await keepStaple(path, candidate, judge);
      expect(kept.outcome).toBe(outcome);
      expect(await readFile(path)).toEqual(outcome === 'kept' ? present : candidate.der);
      const better = kept.outcome === 'kept' ? kept.present.der : undefined;
      expect(better).toEqual(outcome === 'kept' ? present : undefined);
      expect(await readdir(dir)).toEqual(['site.ocsp']);
    });
  });

  it.each([
    ['the very same response', verified(usual)],
    ['a worse response', verified(older)],
    ['an unverified response', unverified(newer)],
  ])('%s does not touch the file: neither its inode nor its date changes', async (_, candidate) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, usual);
      await utimes(path, 1_700_000_000, 1_700_000_000);
      const before = await stat(path);
      await keepStaple(path, candidate, judge);
      const { ino, mtimeMs, ctimeMs } = await stat(path);
      expect({ ino, mtimeMs, ctimeMs }).toEqual({
        ino: before.ino,
        mtimeMs: before.mtimeMs,
        ctimeMs: before.ctimeMs,
      });
    });
  });

  it('through a symbolic link, as certbot makes them', async () => {
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'site1.ocsp'), usual);
      await symlink('site1.ocsp', join(dir, 'site.ocsp'));
      expect(await keepStaple(join(dir, 'site.ocsp'), verified(older), judge)).toMatchObject({
        outcome: 'kept',
      });
      expect(await keepStaple(join(dir, 'site.ocsp'), verified(newer), judge)).toEqual({
        outcome: 'written',
      });
      expect(await readFile(join(dir, 'site1.ocsp'))).toEqual(newer);
    });
  });
});

/** A judge that lets another process put something into the file just after it was read, as often as there is something. */
function interrupted(path: string, ...contents: Buffer[]): Judge {
  return (der) => {
    const content = contents.shift();
    if (content) writeFileSync(path, content);
    return judge(der);
  };
}

describe('another process writes while a response is on its way into the file', () => {
  const RACES: readonly (readonly [string, Candidate, readonly Buffer[], string, Buffer])[] = [
    ['a better staple: that one stays', verified(usual), [newer], 'kept', newer],
    ['a worse staple: it is replaced', verified(usual), [sooner], 'written', usual],
    ['the very same response', verified(usual), [usual], 'unchanged', usual],
    ['garbage: it is replaced', verified(usual), [Buffer.from('garbage')], 'written', usual],
    ['a staple while this one is unverified: that one stays', unverified(newer), [usual], 'kept', usual],
    [
      'several worse ones and a better one at last: that one stays',
      verified(usual),
      [older, sooner, flipBit(newer), newer],
      'kept',
      newer,
    ],
  ];
  it.each(RACES)('%s', async (_, candidate, contents, outcome, left) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, expired);
      const kept = await keepStaple(path, candidate, interrupted(path, ...contents));
      expect(kept.outcome).toBe(outcome);
      expect(await readFile(path)).toEqual(left);
      expect(await readdir(dir)).toEqual(['site.ocsp']);
    });
  });

  it('removes the file: it is there again', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, expired);
      const remover: Judge = (der) => {
        rmSync(path);
        return judge(der);
      };
      expect(await keepStaple(path, verified(usual), remover)).toEqual({ outcome: 'written' });
      expect(await readFile(path)).toEqual(usual);
    });
  });

  it('without a pause: nobody waits for ever, and the file holds one of the two', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, expired);
      let turn = 0;
      const busy: Judge = (der) => {
        writeFileSync(path, turn++ % 2 === 0 ? older : sooner);
        return judge(der);
      };
      await keepStaple(path, verified(usual), busy);
      expect([older, sooner, usual]).toContainEqual(await readFile(path));
      expect(await readdir(dir)).toEqual(['site.ocsp']);
    });
  });

  it('a fault of the judge comes out, and nothing stays behind', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, expired);
      let calls = 0;
      const broken: Judge = (der) => {
        writeFileSync(path, older);
        if (calls++ > 0) throw new TypeError('a fault');
        return judge(der);
      };
      await expect(keepStaple(path, verified(usual), broken)).rejects.toThrow('a fault');
      expect(await readdir(dir)).toEqual(['site.ocsp']);
    });
  });
});

describe('loadStaple', () => {
  const CASES: readonly (readonly [string, Buffer | undefined, Buffer | undefined])[] = [
    ['a good staple', usual, usual],
    ['nothing from a file that is not there', undefined, undefined],
    ['nothing from an empty file', Buffer.alloc(0), undefined],
    ['nothing from garbage', Buffer.from('garbage'), undefined],
    ['nothing from a staple that expired on disk', expired, undefined],
    ["nothing from another certificate's response", ofAnother, undefined],
    ['nothing from a response that says revoked', revoked, undefined],
    ['nothing from a response signed by a stranger', byStranger, undefined],
  ];
  it.each(CASES)('gives %s', async (_, content, loaded) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      if (content) await writeFile(path, content);
      expect(loadStaple(path, judge)?.der).toEqual(loaded);
    });
  });

  it('reads no more of a file than a response may have', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await writeFile(path, Buffer.alloc(10_000_000));
      let seen = 0;
      loadStaple(path, (der) => {
        seen = der.length;
        return judge(der);
      });
      expect(seen).toBe(256 * 1024 + 1);
    });
  });
});

describe('where the staple should be there is something else', () => {
  it('a directory: refused, and nothing is in it', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await mkdir(path);
      await expect(keepStaple(path, verified(usual), judge)).rejects.toMatchObject({
        code: 'output-unwritable',
      });
      expect(await readdir(dir, { recursive: true })).toEqual(['site.ocsp']);
    });
  });

  it('a pipe that nobody writes to: refused, and nobody waits for it', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'site.ocsp');
      await run('mkfifo', [path]);
      expect(loadStaple(path, judge)).toBeUndefined();
      await expect(keepStaple(path, verified(usual), judge)).rejects.toMatchObject({
        code: 'output-unwritable',
        message: `cannot write ${path}: is no regular file`,
      });
    });
  });
});
