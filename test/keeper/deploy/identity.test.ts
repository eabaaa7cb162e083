/** A server with two certificates for one name presents the one that is asked about. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createServer as createTlsServer } from 'node:tls';
import { describe, expect, it } from 'vitest';
import { type Entity, createServer } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import { identify } from '../../../src/keeper/deploy/identity.ts';
import { readStaple } from '../../../src/probe/tls.ts';
import { certificatesPem, keyPem, withTempDir } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { listen } from '../../support/loopback.ts';
import { createTestPki, shift } from '../../support/pki.ts';

const DAY = 86_400_000;
const pki = createTestPki();

const entityOf = (keys: Entity['keys'], serial: number, dns: readonly string[]): Entity =>
  createServer(pki.issuer, {
    name: name([['CN', 'www']]),
    keys,
    serial,
    notBefore: shift(pki.now, -DAY),
    notAfter: shift(pki.now, DAY),
    dns,
  });

const ecdsa = entityOf(testKeys('p256', 3), 1, ['*.example.test', 'example.test']);
const rsa = entityOf(testKeys('rsa-2048', 3), 2, ['www.example.test']);

describe('the identity of a certificate', () => {
  it.each([
    ['ECDSA', ecdsa],
    ['RSA', rsa],
  ])('makes a server with two present the %s one', (_, entity) =>
    withTempDir(async (dir) => {
      const path = join(dir, 'a.pem');
      await writeFile(path, certificatesPem(entity, pki.issuer));
      const { name: servername = '', raw, sigalgs } = identify(path) ?? {};
      expect(servername).toBe('www.example.test');
      const both = [rsa, ecdsa];
      const server = createTlsServer({
        cert: both.map((one) => certificatesPem(one)),
        key: both.map(keyPem),
      });
      server.on('tlsClientError', () => {});
      const port = String(await listen(server));
      try {
        const { chain } = await readStaple({ host: '127.0.0.1', port, servername, sigalgs }, 30_000);
        expect(chain[0]).toEqual(raw);
      } finally {
        server.close();
      }
    }),
  );

  it('is none where no certificate is', () =>
    withTempDir(async (dir) => {
      await writeFile(join(dir, 'a.pem'), 'nothing');
      expect(identify(join(dir, 'a.pem'))).toBeUndefined();
      expect(identify(join(dir, 'b.pem'))).toBeUndefined();
    }));
});
