import { readFile, writeFile } from 'node:fs/promises';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { z } from 'zod';
import type { ServerStaple } from '../../src/servers/adapter.ts';
import { createEnvoy, secretPath } from '../../src/servers/envoy.ts';
import { withTempDir } from '../support/files.ts';

/**
 * The messages of Envoy's API v3, in the JSON of protobuf, as far as the files go. From
 * envoy/service/discovery/v3/discovery.proto, envoy/extensions/transport_sockets/tls/v3/{secret,common}.proto and
 * envoy/config/core/v3/base.proto. Envoy refuses fields that it does not know.
 */
const SECRET = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';
const WatchedDirectory = z.strictObject({ path: z.string().min(1) });
/** `oneof specifier`: exactly one. */
const DataSource = z
  .strictObject({
    filename: z.string().min(1).optional(),
    inline_bytes: z.base64().optional(),
    inline_string: z.string().optional(),
    environment_variable: z.string().min(1).optional(),
    watched_directory: WatchedDirectory.optional(),
  })
  .refine((source) => Object.keys(source).filter((name) => name !== 'watched_directory').length === 1);
const TlsCertificate = z.strictObject({
  certificate_chain: DataSource,
  private_key: DataSource,
  password: DataSource.optional(),
  // "may only be provided via filename or inline_bytes"
  ocsp_staple: z.strictObject({ inline_bytes: z.base64() }).optional(),
  watched_directory: WatchedDirectory.optional(),
});
const DiscoveryResponse = z.strictObject({
  version_info: z.string(),
  resources: z.tuple([
    z.strictObject({ '@type': z.literal(SECRET), name: z.string(), tls_certificate: TlsCertificate }),
  ]),
  type_url: z.literal(SECRET).optional(),
});

const none = { socket: undefined, check: undefined, reload: undefined };
const adapter = createEnvoy({ ...none, dir: undefined });

interface World extends ServerStaple {
  readonly json: string;
  readonly secret: () => Promise<z.infer<typeof DiscoveryResponse>>;
}

const inWorld = (key: string | undefined, use: (world: World) => Promise<void>, name = 'fullchain.pem') =>
  withTempDir(async (dir) => {
    const certificate = join(dir, 'live/example.com', name);
    mkdirSync(join(dir, 'live/example.com'), { recursive: true });
    // No key: it is not read.
    if (key !== undefined) writeFileSync(join(dir, 'live/example.com', key), 'no key');
    const file = join(dir, 'example.com.ocsp');
    const json = secretPath(file);
    const secret = async () => DiscoveryResponse.parse(JSON.parse(await readFile(json, 'utf8')));
    await use({ certificate, file, der: Buffer.from('a staple'), validUntil: 0, json, secret });
  });

describe('Envoy', () => {
  it('reads a secret beside the staple, under the name of the certificate', () => {
    const [file = ''] = createEnvoy({ ...none, dir: '/sds' }).outputsOf('/live/example.com/fullchain.pem');
    expect(file).toBe('/sds/example.com.ocsp');
    expect(secretPath(file)).toBe('/sds/example.com.json');
  });

  it.each([
    ['fullchain.pem', 'privkey.pem'],
    ['tls.crt', 'tls.key'],
    ['example.com.pem', 'example.com.key'],
  ])('is given %s, the name of %s, and the staple', (name, key) =>
    inWorld(
      key,
      async ({ secret, ...staple }) => {
        expect(await adapter.publish(staple)).toBe('live');
        const [{ name: called, tls_certificate }] = (await secret()).resources;
        expect(called).toBe('example.com');
        expect(tls_certificate).toEqual({
          certificate_chain: { filename: staple.certificate },
          private_key: { filename: join(staple.certificate, '..', key) },
          ocsp_staple: { inline_bytes: staple.der.toString('base64') },
        });
      },
      name,
    ),
  );

  it('is given another version with another staple', () =>
    inWorld('privkey.pem', async ({ secret, ...staple }) => {
      await adapter.publish(staple);
      const { version_info: old } = await secret();
      await adapter.publish({ ...staple, der: Buffer.from('a fresh one') });
      expect((await secret()).version_info).not.toBe(old);
    }));

  it('keeps all of a secret that is there, but for the staple', () =>
    inWorld(undefined, async ({ secret, json, ...staple }) => {
      const own = {
        '@type': SECRET,
        name: 'web',
        tls_certificate: {
          certificate_chain: { filename: '/in/the/container.pem' },
          private_key: { filename: '/in/the/container.key' },
          watched_directory: { path: '/in/the' },
        },
      };
      await writeFile(json, JSON.stringify({ resources: [own] }));
      await adapter.publish(staple);
      const [stapled] = (await secret()).resources;
      expect(stapled.tls_certificate.ocsp_staple).toEqual({ inline_bytes: staple.der.toString('base64') });
      await adapter.withdraw(staple);
      expect((await secret()).resources).toEqual([own]);
    }));

  it('has a secret without a staple after one was withdrawn', () =>
    inWorld('privkey.pem', async ({ secret, ...staple }) => {
      await writeFile(staple.file, staple.der);
      await adapter.publish(staple);
      expect(await adapter.withdraw(staple)).toBe('live');
      expect((await secret()).resources[0].tls_certificate).not.toHaveProperty('ocsp_staple');
      expect(existsSync(staple.file)).toBe(false);
    }));

  it('makes no secret to withdraw a staple from it', () =>
    inWorld('privkey.pem', async (world) => {
      await adapter.withdraw(world);
      expect(existsSync(world.json)).toBe(false);
    }));

  it('is given no secret when there is nothing that could be the key', () =>
    inWorld(undefined, async (world) => {
      await expect(adapter.publish(world)).rejects.toMatchObject({ code: 'server-refused' });
      expect(existsSync(world.json)).toBe(false);
    }));

  it.each([
    ['YAML', 'resources: []\n'],
    ['no response', '[]'],
    ['no resources', '{"resources":[]}'],
    ['another resource', '{"resources":[{"@type":"type.googleapis.com/envoy.config.cluster.v3.Cluster"}]}'],
    ['a secret without a certificate', JSON.stringify({ resources: [{ '@type': SECRET, name: 'a' }] })],
    [
      'two secrets',
      JSON.stringify({ resources: [1, 2].map(() => ({ '@type': SECRET, tls_certificate: {} })) }),
    ],
  ])('is told of a file that holds %s, which stays as it is', (_, text) =>
    inWorld('privkey.pem', async (world) => {
      await writeFile(world.json, text);
      for (const act of [() => adapter.publish(world), () => adapter.withdraw(world)])
        await expect(act()).rejects.toMatchObject({ code: 'server-refused' });
      expect(await readFile(world.json, 'utf8')).toBe(text);
    }),
  );
});
