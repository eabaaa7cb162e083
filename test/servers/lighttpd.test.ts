import { existsSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerStaple } from '../../src/servers/adapter.ts';
import { createLighttpd } from '../../src/servers/lighttpd.ts';
import { withTempDir } from '../support/files.ts';

const certificate = '/etc/letsencrypt/live/example.com/fullchain.pem';
const none = { socket: undefined, check: undefined, reload: undefined };

async function stapleIn(dir: string): Promise<ServerStaple> {
  const file = join(dir, 'example.com.ocsp');
  await writeFile(file, 'a staple');
  return { certificate, file, der: Buffer.from('a staple'), validUntil: 0 };
}

/** `PID` stands for the path of the pid file, which holds `pid`. */
async function optionsIn(dir: string, configuration: string, pid: number) {
  const pidFile = join(dir, 'lighttpd.pid');
  await writeFile(pidFile, `${pid}\n`);
  await writeFile(join(dir, 'lighttpd.conf'), configuration.replaceAll('PID', pidFile));
  return { ...none, dir, check: ['/usr/sbin/lighttpd', '-tt', '-f', join(dir, 'lighttpd.conf')] } as const;
}

describe('lighttpd', () => {
  it('reads a staple from the directory, under the name of the certificate', () => {
    expect(createLighttpd({ ...none, dir: '/var/lib/restaple/lighttpd' }).outputsOf(certificate)).toEqual([
      '/var/lib/restaple/lighttpd/example.com.ocsp',
    ]);
  });

  const directive = 'server.port = 443\n  server.pid-file="PID"\n';

  it('takes a staple by itself, and does not let go of it by itself', () =>
    withTempDir(async (dir) => {
      const adapter = createLighttpd(await optionsIn(dir, directive, process.pid));
      const staple = await stapleIn(dir);
      expect(await adapter.publish(staple)).toBe('later');
      expect(await adapter.withdraw(staple)).toBe('reload');
      expect(existsSync(staple.file)).toBe(false);
      // What is gone need not go again.
      expect(await adapter.withdraw(staple)).toBe('reload');
    }));

  it('starts over for each staple when it is told how', () =>
    withTempDir(async (dir) => {
      const options = await optionsIn(dir, directive, process.pid);
      const adapter = createLighttpd({ ...options, reload: ['/bin/true'] });
      expect(adapter.reload).toEqual(['/bin/true']);
      expect(await adapter.publish(await stapleIn(dir))).toBe('reload');
    }));

  it('starts over only when it runs', () =>
    withTempDir(async (dir) => {
      // More than Linux ever gives to a process.
      const options = await optionsIn(dir, directive, 4_194_305);
      const adapter = createLighttpd({ ...options, reload: ['/usr/bin/systemctl', 'reload', 'lighttpd'] });
      const staple = await stapleIn(dir);
      expect(await adapter.publish(staple)).toBe('idle');
      expect(await adapter.withdraw(staple)).toBe('idle');
    }));

  it('starts over when nobody knows whether it runs', () =>
    withTempDir(async (dir) => {
      const adapter = createLighttpd(await optionsIn(dir, '#server.pid-file = "PID"\n', 4_194_305));
      expect(await adapter.withdraw(await stapleIn(dir))).toBe('reload');
    }));

  it('says which file does not go away', () =>
    withTempDir(async (dir) => {
      const file = join(dir, 'example.com.ocsp');
      await mkdir(file);
      await expect(createLighttpd({ ...none, dir }).withdraw({ certificate, file })).rejects.toMatchObject({
        code: 'output-unwritable',
        path: file,
      });
    }));
});
