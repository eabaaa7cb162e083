/** What a look at a TLS server brings, and how it can be asked. */
import { generateKeyPairSync } from 'node:crypto';
import { createServer as createTcpServer } from 'node:net';
import { type SecureVersion, type Server, type TlsOptions, createServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { type Entity, createServer as createServerCertificate } from '../../src/demo/pki/entity.ts';
import type { KeyPair } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import { lookAtEachKey } from '../../src/probe/each-key.ts';
import { lookAt } from '../../src/probe/look.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { testKeys } from '../support/keys.ts';
import { listen } from '../support/loopback.ts';
import { createTestPki, shift } from '../support/pki.ts';
import { LEAF, LONG_MS, at, options, pki, staple } from './look.ts';

const DAY_MS = 86_400_000;
const NAME = 'www.example.test';
const root = certificatesPem(pki.root);
const raws = (...entities: readonly Entity[]): readonly Buffer[] =>
  entities.map(({ certificate }) => certificate.raw);

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

/** Staples the same to everybody. */
async function start(tls: TlsOptions, given: Buffer | null = staple): Promise<number> {
  const server = createServer(tls);
  server.on('OCSPRequest', (_certificate, _issuer, give) => give(null, given));
  server.on('tlsClientError', () => {});
  server.on('secureConnection', (socket) => socket.on('error', () => {}));
  servers.push(server);
  return listen(server);
}

const certificate = (
  kind: 'p256' | 'rsa-2048',
  more: { readonly notAfter?: Date; readonly keys?: KeyPair } = {},
  issuer: Entity = pki.issuer,
): Entity =>
  createServerCertificate(issuer, {
    name: name([['CN', 'www']]),
    keys: testKeys(kind, 3),
    serial: 7,
    notBefore: shift(pki.now, -2 * DAY_MS),
    notAfter: shift(pki.now, DAY_MS),
    dns: [NAME],
    ...more,
  });
const RSA = certificate('rsa-2048');
const ECDSA = certificate('p256');
const both: TlsOptions = {
  cert: [RSA, ECDSA].map((one) => certificatesPem(one, pki.issuer)),
  key: [RSA, ECDSA].map(keyPem),
};

describe('a look', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)('over %s tells all that was agreed on', async (maxVersion) => {
    const port = await start({ ...LEAF, ALPNProtocols: ['h2', 'http/1.1'] });
    let time = 1_000;
    const look = await lookAt(
      at(port),
      options({ servername: NAME, maxVersion, alpn: ['http/1.1'], ca: [root], clock: () => time++ }),
    );
    expect(look).toEqual({
      address: '127.0.0.1',
      port,
      servername: NAME,
      chain: raws(pki.leaf, pki.issuer),
      staple,
      keyType: 'ecdsa',
      version: maxVersion,
      cipher: expect.stringMatching(/^TLS_\w+_(?:SHA256|SHA384)$/),
      alpn: 'http/1.1',
      untrusted: undefined,
      wrongName: undefined,
      connectedMs: 1,
      agreedMs: 2,
      securedMs: 3,
    });
  });

  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'over %s says it when there is no staple and no ALPN',
    async (maxVersion) => {
      const port = await start(LEAF, null);
      const look = await lookAt(at(port), options({ maxVersion, alpn: ['h2'] }));
      expect(look).toMatchObject({ staple: undefined, alpn: undefined, servername: undefined });
    },
  );

  it.each(
    (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => [
      [version, 'the wrong order', [pki.root, pki.issuer]] as const,
      [version, 'a stranger in between', [pki.stranger, pki.issuer]] as const,
      [version, 'one twice', [pki.issuer, pki.issuer]] as const,
      [version, 'nothing but itself', []] as const,
    ]),
  )('over %s shows a chain with %s as it was sent', async (maxVersion, _, others) => {
    const port = await start({ key: LEAF.key, cert: certificatesPem(pki.leaf, ...others) });
    const { chain } = await lookAt(at(port), options({ maxVersion, ca: [root] }));
    expect(chain).toEqual(raws(pki.leaf, ...others));
  });

  it.each(['TLS_AES_128_GCM_SHA256', 'TLS_AES_256_GCM_SHA384', 'TLS_CHACHA20_POLY1305_SHA256'])(
    'sees the chain under %s, after a second hello, and over many records',
    async (ciphers) => {
      const others = Array.from({ length: 40 }, () => [pki.root, pki.stranger, pki.issuer]).flat();
      const port = await start({
        key: LEAF.key,
        cert: certificatesPem(pki.leaf, ...others),
        ciphers,
        // Not what the client has a key for in its first hello.
        ecdhCurve: 'P-384',
      });
      const look = await lookAt(at(port), options());
      expect(look.cipher).toBe(ciphers);
      expect(look.chain).toEqual(raws(pki.leaf, ...others));
    },
  );

  const expired = certificate('p256', { notAfter: shift(pki.now, -DAY_MS) });
  it.each<[string, Entity, readonly Entity[], string | undefined]>([
    ['is trusted', ECDSA, [pki.issuer], undefined],
    ['has expired', expired, [pki.issuer], 'CERT_HAS_EXPIRED'],
    ['lacks its issuer', ECDSA, [], 'UNABLE_TO_VERIFY_LEAF_SIGNATURE'],
    ['is of a stranger', certificate('p256', {}, pki.stranger), [pki.stranger], 'SELF_SIGNED_CERT_IN_CHAIN'],
  ])('says of a certificate that %s whether it would be trusted', async (_, entity, others, untrusted) => {
    const port = await start({ key: keyPem(entity), cert: certificatesPem(entity, ...others) });
    const look = await lookAt(at(port), options({ servername: NAME, ca: [root] }));
    expect(look.untrusted).toBe(untrusted);
    expect(look.chain).toEqual(raws(entity, ...others));
  });

  it('says whom the certificate is for, trusted or not', async () => {
    const port = await start(LEAF);
    const { untrusted, wrongName } = await lookAt(at(port), options({ servername: 'other.test', ca: [] }));
    expect(untrusted).toBe('UNABLE_TO_GET_ISSUER_CERT_LOCALLY');
    expect(wrongName).toMatch(/^its certificate is for DNS:www\.example\.test, not for other\.test/);
  });

  it('asks for a name without its last dot, and for none by an address', async () => {
    const asked: unknown[] = [];
    const port = await start(LEAF);
    servers[0]?.on('secureConnection', (socket) => asked.push(socket.servername));
    await lookAt({ host: `${NAME}.`, port: 1 }, options({ connectTo: at(port) }));
    await lookAt(at(port), options());
    expect(asked).toEqual([NAME, false]);
  });

  it('sees keys and signatures that nobody should have', async () => {
    const keys = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = certificate('rsa-2048', { keys });
    const port = await start({
      key: keyPem(weak),
      cert: certificatesPem(weak, pki.issuer),
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    const look = await lookAt(at(port), options());
    expect(look).toMatchObject({ keyType: 'rsa', chain: raws(weak, pki.issuer) });
  });

  it.each<[SecureVersion, Buffer | null, string]>([
    ['TLSv1.2', staple, 'CLIENT_CERTIFICATE_WANTED'],
    ['TLSv1.2', null, 'CLIENT_CERTIFICATE_WANTED'],
    ['TLSv1.3', staple, 'SELF_SIGNED_CERT_IN_CHAIN'],
  ])(
    'over %s sees what a server shows that wants a certificate of its client',
    async (version, given, untrusted) => {
      const cert = certificatesPem(pki.leaf, pki.issuer, pki.root);
      const port = await start({ ...LEAF, cert, requestCert: true, maxVersion: version }, given);
      const look = await lookAt(at(port), options({ servername: NAME }));
      expect(look).toMatchObject({
        staple: given ?? undefined,
        chain: raws(pki.leaf, pki.issuer, pki.root),
        version,
        keyType: 'ecdsa',
        untrusted,
        wrongName: undefined,
      });
    },
  );

  it('of a server that ends the handshake for another reason comes to nothing', async () => {
    const port = await start({
      ...LEAF,
      maxVersion: 'TLSv1.2',
      ciphers: 'ECDHE-RSA-AES128-GCM-SHA256',
      requestCert: true,
    });
    await expect(lookAt(at(port), options())).rejects.toMatchObject({ code: 'probe-tls-failed' });
  });

  it('is over before the server can negotiate again', async () => {
    const port = await start({ ...LEAF, maxVersion: 'TLSv1.2' });
    servers[0]?.on('secureConnection', (socket) => socket.renegotiate({}, () => {}));
    expect(await lookAt(at(port), options())).toMatchObject({ staple, version: 'TLSv1.2' });
  });

  it('over TLS 1.1 is had by who asks for it', async () => {
    const port = await start({
      ...LEAF,
      minVersion: 'TLSv1',
      maxVersion: 'TLSv1.1',
      ciphers: 'DEFAULT@SECLEVEL=0',
    });
    await expect(lookAt(at(port), options())).rejects.toThrow(/unsupported protocol|protocol version/);
    const look = await lookAt(at(port), options({ minVersion: 'TLSv1' }));
    expect(look).toMatchObject({ version: 'TLSv1.1', chain: raws(pki.leaf, pki.issuer) });
  });
});

describe('of a server with two certificates', () => {
  it.each(
    (['TLSv1.2', 'TLSv1.3'] as const).flatMap((version) => [
      [version, 'rsa', RSA] as const,
      [version, 'ecdsa', ECDSA] as const,
    ]),
  )('over %s the %s one is seen when it is asked for', async (maxVersion, keyType, entity) => {
    const port = await start(both);
    const look = await lookAt(at(port), options({ keyType, maxVersion }));
    expect(look).toMatchObject({ keyType, chain: raws(entity, pki.issuer) });
  });

  it('both are seen', async () => {
    const { looks, missing } = await lookAtEachKey(at(await start(both)), options());
    expect(looks.map(({ keyType }) => keyType)).toEqual(['ecdsa', 'rsa']);
    expect(missing).toBeUndefined();
  });

  it('an ECDSA one of an RSA issuer is seen as well', async () => {
    const mixed = createTestPki({ now: pki.now, kind: 'rsa-2048' });
    const port = await start({ key: keyPem(mixed.leaf), cert: certificatesPem(mixed.leaf, mixed.issuer) });
    const look = await lookAt(at(port), options({ keyType: 'ecdsa' }));
    expect(look.chain).toEqual(raws(mixed.leaf, mixed.issuer));
  });

  it.each<[string, Entity]>([
    ['ecdsa', RSA],
    ['rsa', ECDSA],
  ])('the %s one is missing where it is', async (keyType, entity) => {
    const port = await start({ key: keyPem(entity), cert: certificatesPem(entity, pki.issuer) });
    const { looks, missing } = await lookAtEachKey(at(port), options());
    expect(looks).toHaveLength(1);
    expect(missing).toMatchObject({ keyType, reason: { code: 'probe-tls-failed' } });
  });
});

describe('a look that comes to nothing', () => {
  const play = async (act: (end: () => void) => string | undefined): Promise<number> => {
    const server = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      const say = act(() => socket.end());
      if (say !== undefined) socket.write(say);
    });
    const port = await listen(server);
    server.unref();
    afterClose.push(() => server.close());
    return port;
  };
  const afterClose: (() => void)[] = [];
  afterEach(() => {
    for (const close of afterClose.splice(0)) close();
  });

  it('because nobody listens says where', async () => {
    const server = createTcpServer();
    const port = await listen(server);
    await new Promise<void>((resolve) => server.close(() => resolve()));
    await expect(lookAt(at(port), options())).rejects.toMatchObject({
      code: 'probe-unreachable',
      message: `127.0.0.1:${port}: cannot connect: connection refused (ECONNREFUSED) at 127.0.0.1`,
    });
  });

  it('because the server speaks without TLS quotes it', async () => {
    const port = await play(() => '220 mail \u001B[31mESMTP\r\n');
    await expect(lookAt(at(port), options())).rejects.toMatchObject({
      code: 'probe-tls-failed',
      message: `127.0.0.1:${port}: does not begin with TLS, but says "220 mail \\u{1b}[31mESMTP"`,
    });
  });

  it('because the server hangs up says so', async () => {
    const port = await play((end) => {
      end();
      return undefined;
    });
    await expect(lookAt(at(port), options())).rejects.toMatchObject({
      code: 'probe-tls-failed',
      message: expect.stringMatching(/cannot make a TLS connection: .*(?:disconnected|closed|reset)/),
    });
  });

  it('because the time is over says what was missing', async () => {
    const port = await play(() => undefined);
    await expect(lookAt(at(port), options({ timeoutMs: 50 }))).rejects.toMatchObject({
      code: 'probe-timeout',
      message: `127.0.0.1:${port}: no TLS connection within 50ms`,
    });
  });

  it('because the name is never found says what was missing', async () => {
    const never = options({ timeoutMs: 50, lookup: () => {} });
    await expect(lookAt({ host: 'a\u001B.test', port: 443 }, never)).rejects.toMatchObject({
      code: 'probe-timeout',
      message: 'a\\u{1b}.test:443: no connection within 50ms',
    });
  });

  it('because of the caller throws the reason of the caller', async () => {
    const stop = new AbortController();
    const port = await play(() => {
      stop.abort(new Error('enough'));
      return undefined;
    });
    const { signal } = stop;
    await expect(lookAt(at(port), options({ signal, timeoutMs: LONG_MS }))).rejects.toThrow('enough');
    await expect(lookAt(at(port), options({ signal }))).rejects.toThrow('enough');
  });
});
