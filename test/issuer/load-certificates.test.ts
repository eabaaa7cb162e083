import { mkdir, truncate, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { formatPem } from '../../src/der/pem.ts';
import { loadCertificatePool, loadCertificates, systemReason } from '../../src/issuer/load-certificates.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { run } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';
import { pkcs7 } from './pkcs7.ts';

const pki = createTestPki();
const { leaf, issuer, root } = pki;
const raw = (certificates: readonly Certificate[]): Buffer[] => certificates.map((one) => one.raw);
const LEAF = leaf.certificate.raw;
const CHAIN = [LEAF, issuer.certificate.raw];
const chainPem = certificatesPem(leaf, issuer);
const pkcs7Der = pkcs7(...CHAIN);

describe('loadCertificates reads', () => {
  it.each<[string, string | Buffer, readonly Buffer[]]>([
    ['PEM, in the order of the file', certificatesPem(issuer, leaf), CHAIN.toReversed()],
    ['DER', LEAF, [LEAF]],
    ['PKCS#7 in DER', pkcs7Der, CHAIN],
    ['PKCS#7 in PEM', formatPem('PKCS7', pkcs7Der), CHAIN],
    ['PEM with the line ends of Windows', chainPem.replaceAll('\n', '\r\n'), CHAIN],
    ['PEM behind a byte order mark', `\uFEFF${chainPem}`, CHAIN],
    ['PEM without a line end at its end', chainPem.trimEnd(), CHAIN],
    ['PEM between other text', `subject=CN = x\n${chainPem}\nthat is all\n`, CHAIN],
    ['PEM with the private key before it, which is passed over', keyPem(leaf) + chainPem, CHAIN],
    ['PEM with the private key behind it', chainPem + keyPem(leaf), CHAIN],
    ['PEM of the kind that openssl once wrote', chainPem.replaceAll(' CERT', ' X509 CERT'), CHAIN],
  ])('%s', async (_, content, certificates) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, content);
      expect(raw(loadCertificates(path))).toEqual(certificates);
    });
  });

  it('a pipe, as a shell makes one of a command', async () => {
    await withTempDir(async (dir) => {
      const [path, file] = [join(dir, 'pipe'), join(dir, 'file')];
      await run('mkfifo', [path]);
      await writeFile(file, chainPem);
      const writer = run('/bin/sh', ['-c', `cat '${file}' > '${path}'`]);
      expect(raw(loadCertificates(path))).toEqual(CHAIN);
      expect(await writer).toMatchObject({ code: 0 });
    });
  });
});

describe('loadCertificates refuses', () => {
  it.each<[string, string | Buffer, string]>([
    ['an empty file', '', 'certificate-not-found'],
    ['text', 'hello', 'certificate-not-found'],
    ['a private key alone', keyPem(leaf), 'certificate-not-found'],
    ['a PKCS#7 file of nothing', pkcs7(), 'certificate-not-found'],
    ['PEM that was cut short', chainPem.slice(0, -10), 'pem-malformed'],
    ['DER that was cut short', LEAF.subarray(0, -1), 'der-malformed'],
    ['DER with a byte behind it', Buffer.concat([LEAF, Buffer.alloc(1)]), 'der-trailing-bytes'],
  ])('%s', async (_, content, code) => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'file');
      await writeFile(path, content);
      expect(() => loadCertificates(path)).toThrow(expect.objectContaining({ code }));
    });
  });

  it('what is not there, and a directory', async () => {
    await withTempDir(async (dir) => {
      const reasons: readonly (readonly [string, string])[] = [
        [join(dir, 'missing'), 'cannot be read: no such file or directory (ENOENT)'],
        [dir, 'cannot be read: illegal operation on a directory (EISDIR)'],
      ];
      for (const [path, message] of reasons) {
        expect(() => loadCertificates(path)).toThrow(
          expect.objectContaining({
            code: 'file-unreadable',
            path,
            message,
          }),
        );
      }
    });
  });

  it('a file of more than 10 MiB', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'large');
      await writeFile(path, chainPem);
      await truncate(path, 10 * 1024 * 1024);
      expect(raw(loadCertificates(path))).toEqual(CHAIN);
      await truncate(path, 10 * 1024 * 1024 + 1);
      expect(() => loadCertificates(path)).toThrow(
        expect.objectContaining({
          code: 'file-unreadable',
          message: 'more than 10485760 bytes',
          path,
        }),
      );
    });
  });

  it('what never ends, after 10 MiB of it', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'pipe');
      await run('mkfifo', [path]);
      const writer = run('/bin/sh', ['-c', `yes > '${path}'`]);
      for (const endless of [path, '/dev/zero']) {
        expect(() => loadCertificates(endless)).toThrow(
          expect.objectContaining({
            code: 'file-unreadable',
            message: 'more than 10485760 bytes',
          }),
        );
      }
      // The writer is told that nobody reads any more.
      expect(await writer).not.toMatchObject({ code: 0 });
    });
  });
});

describe('loadCertificatePool', () => {
  it('gives the certificates of all files of a directory by name, and passes over what holds none', async () => {
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'b-issuer.pem'), certificatesPem(issuer));
      await writeFile(join(dir, 'a-root.der'), root.certificate.raw);
      await writeFile(join(dir, 'c-leaf.p7b'), pkcs7(LEAF));
      await writeFile(join(dir, 'README'), 'hello');
      await writeFile(join(dir, 'damaged.pem'), chainPem.slice(0, -10));
      await writeFile(join(dir, 'empty'), '');
      await writeFile(join(dir, 'server.key'), keyPem(leaf));
      await mkdir(join(dir, 'directory'));
      await writeFile(join(dir, 'directory', 'below.pem'), certificatesPem(pki.stranger));
      await run('mkfifo', [join(dir, 'pipe')]);
      expect(raw(await loadCertificatePool(dir))).toEqual([
        root.certificate.raw,
        issuer.certificate.raw,
        LEAF,
      ]);
    });
  });

  it('gives those of one file, and its error', async () => {
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'chain.pem'), chainPem);
      await writeFile(join(dir, 'damaged.pem'), chainPem.slice(0, -10));
      expect(raw(await loadCertificatePool(join(dir, 'chain.pem')))).toEqual(CHAIN);
      await expect(loadCertificatePool(join(dir, 'damaged.pem'))).rejects.toMatchObject({
        code: 'pem-malformed',
      });
      await expect(loadCertificatePool(join(dir, 'missing'))).rejects.toMatchObject({
        code: 'file-unreadable',
      });
    });
  });

  it.each([
    ['an empty directory', []],
    ['a directory of other files', ['README', 'empty']],
  ])('refuses %s', async (_, names) => {
    await withTempDir(async (dir) => {
      for (const file of names) await writeFile(join(dir, file), file === 'empty' ? '' : 'hello');
      await expect(loadCertificatePool(dir)).rejects.toMatchObject({
        code: 'certificate-not-found',
        message: 'no certificate in any file of it',
        path: dir,
      });
    });
  });
});

describe('systemReason', () => {
  it.each([
    [new Error("ENOENT: no such file or directory, open '/a, b'"), 'no such file or directory (ENOENT)'],
    [
      new Error('EISDIR: illegal operation on a directory, read'),
      'illegal operation on a directory (EISDIR)',
    ],
    [new Error("EACCES: permission denied, rename '/a' -> '/b'"), 'permission denied (EACCES)'],
    [new Error('something else'), 'something else'],
    ['no error at all', 'no error at all'],
  ])('of %s', (error, reason) => {
    expect(systemReason(error)).toBe(reason);
  });
});
