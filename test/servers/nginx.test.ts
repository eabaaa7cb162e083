import { existsSync } from 'node:fs';
import { mkdir, readFile, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { ServerAdapter, ServerStaple } from '../../src/servers/adapter.ts';
import { createNginx, snippetPath } from '../../src/servers/nginx.ts';
import { withTempDir } from '../support/files.ts';

const certificate = '/etc/letsencrypt/live/example.com/fullchain.pem';
const none = { socket: undefined, check: undefined, reload: undefined };

async function stapleIn(dir: string): Promise<ServerStaple> {
  const file = join(dir, 'example.com.ocsp');
  await writeFile(file, 'a staple');
  return { certificate, file, der: Buffer.from('a staple'), validUntil: 0 };
}

describe('nginx', () => {
  it('reads a staple from the directory, under the name of the certificate', () => {
    expect(createNginx({ ...none, dir: '/var/lib/restaple/nginx' }).outputsOf(certificate)).toEqual([
      '/var/lib/restaple/nginx/example.com.ocsp',
    ]);
  });

  it('has its own check and reload, or those of the administrator', () => {
    expect(createNginx({ ...none, dir: '/s' })).toMatchObject({
      check: ['/usr/sbin/nginx', '-t', '-q'],
      reload: ['/usr/sbin/nginx', '-s', 'reload'],
    });
    expect(
      createNginx({ ...none, dir: '/s', check: ['/usr/sbin/angie', '-t'], reload: ['/bin/true'] }),
    ).toMatchObject({ check: ['/usr/sbin/angie', '-t'], reload: ['/bin/true'] });
  });

  it('puts the directives of a staple into a snippet, and takes them out but leaves the file', () =>
    withTempDir(async (dir) => {
      const adapter = createNginx({ ...none, dir });
      const staple = await stapleIn(dir);
      const directives = async (): Promise<readonly string[]> =>
        (await readFile(snippetPath(staple.file), 'utf8'))
          .split('\n')
          .filter((line) => line !== '' && !line.startsWith('#'));
      await adapter.publish(staple);
      expect(await directives()).toEqual(['ssl_stapling on;', `ssl_stapling_file "${staple.file}";`]);
      await adapter.withdraw(staple);
      expect(await directives()).toEqual([]);
      expect(existsSync(staple.file)).toBe(true);
    }));

  it('keeps strange names inside of their quotes and comments', () =>
    withTempDir(async (dir) => {
      const file = join(dir, 'a";\\ssl_stapling off;#.ocsp');
      await createNginx({ ...none, dir }).publish({
        certificate: 'a\nssl_stapling off;',
        file,
        der: Buffer.alloc(0),
        validUntil: 0,
      });
      expect(await readFile(snippetPath(file), 'utf8')).toBe(
        '# The staple of a\\u{a}ssl_stapling off;, kept by restaple.\n' +
          `ssl_stapling on;\nssl_stapling_file "${dir}/a\\";\\\\ssl_stapling off;#.ocsp";\n`,
      );
    }));

  it('leaves a snippet alone that says the same already', () =>
    withTempDir(async (dir) => {
      const adapter = createNginx({ ...none, dir });
      const staple = await stapleIn(dir);
      await adapter.publish(staple);
      const { ino } = await stat(snippetPath(staple.file));
      await adapter.publish(staple);
      expect((await stat(snippetPath(staple.file))).ino).toBe(ino);
    }));

  it('says which snippet could not be written', () =>
    withTempDir(async (dir) => {
      const staple = await stapleIn(dir);
      await mkdir(snippetPath(staple.file));
      const adapter = createNginx({ ...none, dir });
      const refusal = { code: 'output-unwritable', path: snippetPath(staple.file) };
      await expect(adapter.publish(staple)).rejects.toMatchObject(refusal);
      await expect(adapter.withdraw(staple)).rejects.toMatchObject(refusal);
    }));
});

/** An adapter of an nginx with this main file; `PID` stands for the path of the pid file, which holds `pid`. */
async function adapterOf(dir: string, main: string | undefined, pid?: string): Promise<ServerAdapter> {
  const configuration = join(dir, 'nginx.conf');
  const pidFile = join(dir, 'nginx.pid');
  if (main !== undefined) await writeFile(configuration, main.replaceAll('PID', pidFile));
  if (pid !== undefined) await writeFile(pidFile, pid);
  return createNginx({ ...none, dir, check: ['/usr/sbin/nginx', '-t', '-c', configuration] });
}

describe('nginx is left alone', () => {
  const own = `${process.pid}\n`;
  /** More than Linux ever gives to a process. */
  const nobody = '4194305\n';

  it.each([
    ['no pid file', 'pid PID;', undefined],
    ['a pid file that `nginx -t` left behind', 'pid PID;', ''],
    ['the number of no process', 'pid PID;', nobody],
    ['not the first directive of its line', 'user root; pid  "PID" ;', nobody],
    ['a comment before it', '# pid /run/other.pid;\npid PID;', nobody],
  ])('when it is stopped: %s', (_sentence, main, pid) =>
    withTempDir(async (dir) => {
      const adapter = await adapterOf(dir, main, pid);
      const staple = await stapleIn(dir);
      expect(await adapter.publish(staple)).toBe('idle');
      expect(await adapter.withdraw(staple)).toBe('idle');
    }),
  );

  it.each([
    ['it runs', 'pid PID;', own],
    ['its configuration cannot be read', undefined, nobody],
    ['nobody says where its pid file is', 'user root;', nobody],
    ['the directive is in a comment', 'user root; # pid PID;', nobody],
    ['the path is relative to who knows what', 'pid nginx.pid;', nobody],
  ])('but not when %s', (_sentence, main, pid) =>
    withTempDir(async (dir) => {
      const adapter = await adapterOf(dir, main, pid);
      const staple = await stapleIn(dir);
      expect(await adapter.publish(staple)).toBe('reload');
      expect(await adapter.withdraw(staple)).toBe('reload');
    }),
  );

  it.each([
    [['/usr/bin/podman', 'kill', '-s', 'HUP', 'nginx'], 'reload'],
    [['/usr/bin/sudo', '-n', '/usr/sbin/nginx', '-s', 'reload'], 'idle'],
    [['/usr/bin/systemctl', 'reload', 'nginx'], 'idle'],
  ] as const)('as far as the reload is about the nginx of this machine: %j', (reload, effect) =>
    withTempDir(async (dir) => {
      const { check } = await adapterOf(dir, 'pid PID;', nobody);
      const adapter = createNginx({ ...none, dir, check, reload });
      expect(await adapter.publish(await stapleIn(dir))).toBe(effect);
    }),
  );
});
