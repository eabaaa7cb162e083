import { createHash } from 'node:crypto';
import { existsSync } from 'node:fs';
import { readFile, readdir, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createExim } from '../../src/servers/exim.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { createTestPki, testResponse } from '../support/pki.ts';

const pki = createTestPki();
const der = testResponse(pki);
const HOUR = 3_600_000;
const none = { socket: undefined, check: undefined, reload: undefined };

/** The certificate file has the key in it, too, which is of no interest. */
const inWorld = (use: (world: World) => Promise<void>) =>
  withTempDir(async (dir) => {
    const certificate = join(dir, 'mail.pem');
    const text = certificatesPem(pki.leaf, pki.issuer) + keyPem(pki.leaf);
    await writeFile(certificate, text);
    const copy = join(dir, createHash('sha256').update(text).digest('hex').toUpperCase());
    const file = join(dir, 'mail.ocsp');
    await writeFile(file, der);
    await use({ dir, certificate, file, copy, adapter: createExim({ ...none, dir }) });
  });

interface World {
  readonly dir: string;
  readonly certificate: string;
  readonly file: string;
  /** As Exim spells it. */
  readonly copy: string;
  readonly adapter: ReturnType<typeof createExim>;
}

const OTHER = 'A'.repeat(64);

describe('Exim', () => {
  it('needs neither check nor reload', () => {
    expect(createExim({ ...none, dir: '/d' })).toMatchObject({ check: undefined, reload: undefined });
  });

  it('is given a copy by the name of the certificate file, dated ten minutes before the end', () =>
    inWorld(async ({ certificate, file, copy, adapter }) => {
      const validUntil = Date.now() + HOUR;
      expect(await adapter.publish({ certificate, file, der, validUntil })).toBe('live');
      expect(await readFile(copy)).toEqual(der);
      const { mtimeMs, mode } = await stat(copy);
      expect(mtimeMs).toBeCloseTo(validUntil - 600_000, -1);
      expect(mode & 0o777).toBe(0o644);
    }));

  it('finds nothing after a withdrawal', () =>
    inWorld(async ({ dir, certificate, file, adapter }) => {
      await adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
      await adapter.withdraw({ certificate, file });
      expect(await readdir(dir)).toEqual(['mail.pem']);
    }));

  it('finds nothing of a certificate that is gone, and goes on with the others', () =>
    inWorld(async ({ dir, certificate, file, copy, adapter }) => {
      await adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
      await writeFile(join(dir, OTHER), 'another staple');
      await utimes(join(dir, OTHER), new Date(), new Date(Date.now() + HOUR));
      await writeFile(certificate, certificatesPem(pki.delegate, pki.issuer));
      await adapter.withdraw({ certificate, file });
      expect([existsSync(copy), existsSync(file), existsSync(join(dir, OTHER))]).toEqual([
        false,
        false,
        true,
      ]);
    }));

  it('is rid of copies whose time is over, and of nothing else', () =>
    inWorld(async ({ dir, certificate, file, adapter }) => {
      const past = new Date(Date.now() - 1_000);
      for (const name of [OTHER, OTHER.toLowerCase(), 'mail.key']) {
        await writeFile(join(dir, name), 'old');
        await utimes(join(dir, name), past, past);
      }
      await adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
      const names = await readdir(dir);
      expect(names).not.toContain(OTHER);
      expect(names).toEqual(expect.arrayContaining([OTHER.toLowerCase(), 'mail.key', 'mail.pem']));
    }));

  it.each([
    ['of another serial number', pki.delegate],
    ['of another issuer', pki.stranger],
  ])('is not given a staple under the name of a certificate %s', (_, entity) =>
    inWorld(async ({ dir, certificate, file, adapter }) => {
      await writeFile(certificate, certificatesPem(entity));
      const publish = adapter.publish({ certificate, file, der, validUntil: Date.now() + HOUR });
      await expect(publish).rejects.toMatchObject({ code: 'server-refused' });
      expect((await readdir(dir)).toSorted()).toEqual(['mail.ocsp', 'mail.pem']);
    }),
  );
});
