import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createHitch } from '../../src/servers/hitch.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

const usual = { socket: undefined, dir: undefined, check: undefined, reload: undefined };
const adapter = createHitch({ ...usual, dir: '/var/lib/restaple/hitch' });
const pki = createTestPki();
const silent = createTestPki({ leaf: { ocspUrls: [] } });

describe('Hitch', () => {
  it.each([
    // By md5sum.
    ['/etc/hitch/site.pem', '1e7a6777e96d41b8f2a890bee7210479'],
    ['site.pem', '5ff75974d3c0bf45fe4239d53b2370fb'],
    ['/etc/hitch/Bäume.pem', 'dfc1b29affa397853688b4f2d8c16b49'],
  ])('knows the staple of %s by the MD5 of these words', (certificate, name) => {
    expect(adapter.outputsOf(certificate)).toEqual([`/var/lib/restaple/hitch/${name}`]);
  });

  it('looks where it always does when nobody says otherwise', () => {
    expect(createHitch(usual).outputsOf('x')[0]).toMatch(/^\/var\/lib\/hitch\/[0-9a-f]{32}$/);
  });

  it('has a reload, no check, or those of the administrator', () => {
    expect(adapter).toMatchObject({
      check: undefined,
      reload: ['/usr/bin/systemctl', 'reload', 'hitch.service'],
    });
    const own = { check: ['/bin/true'], reload: ['/bin/false'] } as const;
    expect(createHitch({ ...usual, ...own })).toMatchObject(own);
  });

  it.each<[string, Entity, Entity, string]>([
    ['it could ask about itself', pki.leaf, pki.issuer, 'live'],
    ['without an OCSP URL', silent.leaf, silent.issuer, 'reload'],
  ])('takes the staple of a certificate %s', (_sentence, leaf, issuer, effect) =>
    withTempDir(async (dir) => {
      const certificate = join(dir, 'site.pem');
      await writeFile(certificate, keyPem(leaf) + certificatesPem(leaf, issuer));
      const staple = { certificate, file: join(dir, 'x'), der: testResponse(pki), validUntil: 0 };
      expect(await adapter.publish(staple)).toBe(effect);
    }),
  );

  it('has no file any more once it is withdrawn', () =>
    withTempDir(async (dir) => {
      const staple = { certificate: '/etc/hitch/site.pem', file: join(dir, 'x') };
      await writeFile(staple.file, 'x');
      for (let twice = 0; twice < 2; twice++) {
        expect(await adapter.withdraw(staple)).toBe('live');
        expect(existsSync(staple.file)).toBe(false);
      }
      await mkdir(join(dir, 'x'));
      await expect(adapter.withdraw(staple)).rejects.toMatchObject({ code: 'output-unwritable' });
    }));
});
