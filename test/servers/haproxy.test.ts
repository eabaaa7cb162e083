import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { reasonOf } from '../../src/errors.ts';
import { createHaproxy } from '../../src/servers/haproxy.ts';
import { verifyStaple } from '../../src/staple/staple.ts';
import { keepStaple } from '../../src/store/staple-file.ts';
import { withTempDir } from '../support/files.ts';
import { NEXT_UPDATE, NOW, createTestPki, testResponse } from '../support/pki.ts';

const usual = { socket: undefined, dir: undefined, check: undefined, reload: undefined };
const adapter = createHaproxy(usual, () => NOW.getTime());
const pki = createTestPki();
const der = testResponse(pki);
const validUntil = NEXT_UPDATE.getTime();

describe('HAProxy', () => {
  it.each([
    ['/etc/haproxy/site.pem', '/etc/haproxy/site.pem.ocsp'],
    ['/etc/haproxy/site.pem.rsa', '/etc/haproxy/site.pem.rsa.ocsp'],
    ['/etc/haproxy/site.pem.ecdsa', '/etc/haproxy/site.pem.ecdsa.ocsp'],
    ['/etc/haproxy/fullchain', '/etc/haproxy/fullchain.ocsp'],
  ])('reads the staple of %s beside it', (certificate, file) => {
    expect(adapter.outputsOf(certificate)).toEqual([file]);
  });

  it('has its own check and reload, or those of the administrator', () => {
    expect(adapter).toMatchObject({
      check: ['/usr/sbin/haproxy', '-c', '-q', '-f', '/etc/haproxy/haproxy.cfg'],
      reload: ['/usr/bin/systemctl', 'reload', 'haproxy.service'],
    });
    const own = { check: ['/bin/true'], reload: ['/bin/false'] } as const;
    expect(createHaproxy({ ...usual, ...own })).toMatchObject(own);
  });

  it('needs a reload without a socket, and will have it from the file when it is not there', () =>
    withTempDir(async (dir) => {
      const certificate = join(dir, 'site.pem');
      const staple = { certificate, file: `${certificate}.ocsp`, der, validUntil };
      expect(await adapter.publish(staple)).toBe('reload');
      const away = createHaproxy({ ...usual, socket: join(dir, 'none.sock') }, () => NOW.getTime());
      expect(await away.publish(staple)).toBe('idle');
    }));

  it.each([
    ['the number of a process', String(process.pid), true],
    ['nothing', '', false],
    ['the number of a process that is gone', '4194305', false],
  ])('that runs without its socket is told of: its pid file holds %s', (_, pid, isTold) =>
    withTempDir(async (dir) => {
      const [pidFile, socket] = [join(dir, 'haproxy.pid'), join(dir, 'none.sock')];
      await writeFile(pidFile, `${pid}\n`);
      const blind = createHaproxy({ ...usual, socket }, () => NOW.getTime(), pidFile);
      const staple = { certificate: 'site.pem', file: 'site.pem.ocsp', der, validUntil };
      const message = `haproxy runs, says ${pidFile}, but nobody listens at its socket ${socket}`;
      expect(await blind.publish(staple).catch(reasonOf)).toBe(isTold ? message : 'idle');
    }),
  );

  it('is not asked when it would not serve it', async () => {
    const late = createHaproxy({ ...usual, socket: '/nowhere' }, () => validUntil - 299_000);
    const staple = { certificate: 'site.pem', file: 'site.pem.ocsp', der, validUntil };
    await expect(late.publish(staple)).rejects.toMatchObject({ code: 'server-refused' });
  });
});

describe('a withdrawn staple of HAProxy', () => {
  it.each([
    ['a staple', der],
    ['nothing yet', undefined],
  ])('is an empty file where there was %s, and gives way to the next one', (_sentence, before) =>
    withTempDir(async (dir) => {
      const certificate = join(dir, 'site.pem');
      const file = `${certificate}.ocsp`;
      await writeFile(certificate, '');
      if (before) await writeFile(file, before, { mode: 0o640 });
      await adapter.withdraw({ certificate, file });
      const { size, mode, ino } = await stat(file);
      expect({ size, mode: mode & 0o777 }).toEqual({ size: 0, mode: before ? 0o640 : 0o644 });
      await adapter.withdraw({ certificate, file });
      expect((await stat(file)).ino).toBe(ino);

      const options = { certificate: pki.leaf.certificate, issuer: pki.issuer.certificate, now: NOW };
      const judge = (bytes: Buffer) => verifyStaple(bytes, options);
      const { verdict } = judge(der);
      expect(await keepStaple(file, { der, verdict }, judge)).toEqual({ outcome: 'written' });
      expect(await readFile(file)).toEqual(der);
    }),
  );

  it('is gone with its certificate', () =>
    withTempDir(async (dir) => {
      const file = join(dir, 'site.pem.ocsp');
      await writeFile(file, der);
      await adapter.withdraw({ certificate: join(dir, 'site.pem'), file });
      expect(existsSync(file)).toBe(false);
      await adapter.withdraw({ certificate: join(dir, 'site.pem'), file });
      expect(existsSync(file)).toBe(false);
    }));

  it.each([true, false])('is told when it cannot be, the certificate there or not: %s', (isThere) =>
    withTempDir(async (dir) => {
      const certificate = join(dir, 'site.pem');
      const file = `${certificate}.ocsp`;
      if (isThere) await writeFile(certificate, '');
      await mkdir(join(file, 'x'), { recursive: true });
      const refusal = { code: 'output-unwritable', path: file };
      await expect(adapter.withdraw({ certificate, file })).rejects.toMatchObject(refusal);
    }),
  );
});
