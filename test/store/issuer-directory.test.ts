import { mkdir, readFile, readdir, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { IssuerDirectory, issuerDirectoryPath } from '../../src/store/issuer-directory.ts';
import { withTempDir } from '../support/files.ts';

const URL = 'http://ca.example.test/issuer.cer';
const FILE = Buffer.from('an issuer');

describe('IssuerDirectory', () => {
  it('gives back what was saved, also to the next run; the directory is made on the way', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'cache', 'restaple', 'issuers');
      await new IssuerDirectory(path).save(URL, FILE);
      expect(await new IssuerDirectory(path).load(URL)).toEqual(FILE);
      expect((await stat(path)).mode & 0o022).toBe(0);
    });
  });

  it('keeps each URL apart, whatever characters are in it', async () => {
    await withTempDir(async (dir) => {
      const cache = new IssuerDirectory(dir);
      const urls = [
        URL,
        `${URL}?`,
        'http://a/../../../../etc/passwd',
        'http://a/\u0000',
        '',
        'x'.repeat(5000),
      ];
      for (const url of urls) await cache.save(url, Buffer.from(url));
      for (const url of urls) expect(await cache.load(url)).toEqual(Buffer.from(url));
      expect(await readdir(dir)).toHaveLength(urls.length);
    });
  });

  it('replaces what was saved before', async () => {
    await withTempDir(async (dir) => {
      const cache = new IssuerDirectory(dir);
      await cache.save(URL, FILE);
      await cache.save(URL, Buffer.from('a renewed issuer'));
      expect(await cache.load(URL)).toEqual(Buffer.from('a renewed issuer'));
    });
  });

  it('has nothing for a URL that was never saved, and nothing where there is no directory', async () => {
    await withTempDir(async (dir) => {
      expect(await new IssuerDirectory(dir).load(URL)).toBeUndefined();
      expect(await new IssuerDirectory(join(dir, 'missing')).load(URL)).toBeUndefined();
    });
  });

  it('that cannot be made is no failure: nothing is remembered', async () => {
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'file'), 'not a directory');
      const cache = new IssuerDirectory(join(dir, 'file', 'issuers'));
      await cache.save(URL, FILE);
      expect(await cache.load(URL)).toBeUndefined();
      expect(await readFile(join(dir, 'file'), 'utf8')).toBe('not a directory');
    });
  });

  it('whose file cannot be replaced is no failure either', async () => {
    await withTempDir(async (dir) => {
      const cache = new IssuerDirectory(dir);
      await cache.save(URL, FILE);
      const [name = ''] = await readdir(dir);
      const other = join(dir, 'other');
      await mkdir(join(other, name), { recursive: true });
      const blocked = new IssuerDirectory(other);
      await blocked.save(URL, FILE);
      expect(await blocked.load(URL)).toBeUndefined();
    });
  });
});

describe('issuerDirectoryPath', () => {
  it.each([
    ['XDG_CACHE_HOME', { XDG_CACHE_HOME: '/var/cache', HOME: '/root' }, '/var/cache/restaple/issuers'],
    ['the home without it', { HOME: '/root' }, '/root/.cache/restaple/issuers'],
    [
      'the home when it is empty, which counts as not set',
      { XDG_CACHE_HOME: '', HOME: '/root' },
      '/root/.cache/restaple/issuers',
    ],
    [
      'the home when it is relative, which the specification says to ignore',
      { XDG_CACHE_HOME: 'cache', HOME: '/root' },
      '/root/.cache/restaple/issuers',
    ],
    ['XDG_CACHE_HOME without a home', { XDG_CACHE_HOME: '/var/cache' }, '/var/cache/restaple/issuers'],
    ['nowhere without either, as in a cron job', {}, undefined],
    ['nowhere with a home that is no path', { HOME: '' }, undefined],
    ['nowhere with a relative home', { HOME: 'home' }, undefined],
  ] as const)('is below %s', (_, env, path) => {
    expect(issuerDirectoryPath(env)).toBe(path);
  });
});
