/** A config as a file. */
import { mkdir, writeFile } from 'node:fs/promises';
import { join, relative } from 'node:path';
import { describe, expect, it } from 'vitest';
import { loadConfig } from '../../src/config/load-config.ts';
import { withTempDir } from '../support/files.ts';

async function loaded(content: string | Uint8Array): Promise<unknown> {
  return withTempDir(async (dir) => {
    const path = join(dir, 'restaple.yaml');
    await writeFile(path, content);
    return loadConfig(path);
  });
}

describe('loadConfig', () => {
  it('begins paths in the directory of the file, however that was named', async () => {
    await withTempDir(async (dir) => {
      await mkdir(join(dir, 'etc'));
      const path = join(dir, 'etc/restaple.yaml');
      await writeFile(path, 'store: ../var\ncertificates: [{files: a.pem}]\n');
      const expected = { store: join(dir, 'var'), certificates: [{ files: [join(dir, 'etc/a.pem')] }] };
      expect(await loadConfig(path)).toMatchObject(expected);
      expect(await loadConfig(relative(process.cwd(), path))).toMatchObject(expected);
    });
  });

  it('tells everything that is wrong in one error, by the name that the file was given', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'restaple.yaml');
      await writeFile(path, 'rescan: 2h\nlog: {levle: info}\n');
      const problem = { file: path, column: expect.any(Number), message: expect.any(String) };
      await expect(loadConfig(path)).rejects.toMatchObject({
        name: 'ConfigError',
        code: 'config-invalid',
        message: `${path}:1:9: rescan: expected a duration from 1s to 1h, found "2h" (and 1 more)`,
        problems: [
          { ...problem, line: 1, column: 9, path: 'rescan', hint: undefined },
          { ...problem, line: 2, column: 7, path: 'log.levle', hint: 'did you mean level?' },
        ],
      });
    });
  });

  it.each([
    [
      'more than a mebibyte',
      '#'.repeat(1024 * 1024 + 1),
      { line: 1, column: 1, message: '1048577 bytes, more than the 1048576 allowed' },
    ],
    [
      'no UTF-8',
      Buffer.from('version: 1\nstore: /\u{e9}', 'latin1'),
      { line: 2, column: 9, message: 'no UTF-8' },
    ],
    ['UTF-16', Buffer.from('\u{feff}version: 1', 'utf16le'), { line: 1, column: 1, message: 'no UTF-8' }],
  ])('refuses %s', async (_what, content, problem) => {
    await expect(loaded(content)).rejects.toMatchObject({ code: 'config-invalid', problems: [problem] });
  });

  it('takes a mebibyte', async () => {
    await expect(loaded(`version: 1 ${'#'.repeat(1024 * 1024 - 11)}`)).resolves.toMatchObject({
      certificates: [],
    });
  });

  it('says of a file that is not there, or is a directory, that it cannot be read', async () => {
    await withTempDir(async (dir) => {
      const unreadable = { code: 'file-unreadable' };
      await expect(loadConfig(join(dir, 'nothing.yaml'))).rejects.toMatchObject(unreadable);
      await expect(loadConfig(dir)).rejects.toMatchObject(unreadable);
    });
  });
});
