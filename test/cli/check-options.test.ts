/** What the options of `restaple check` change, over real sockets. */
import { type Socket, connect, createServer as createTcpServer } from 'node:net';
import { type Server, createServer as createTlsServer } from 'node:tls';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { crlDistributionPoints } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { createServer } from '../../src/demo/pki/entity.ts';
import { serverCertificate } from '../e2e/world.ts';
import { createCrl, entry } from '../support/crl.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { answer, startHttpServer } from '../support/http-server.ts';
import { testKeys } from '../support/keys.ts';
import { listen } from '../support/loopback.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { shift, testResponse } from '../support/pki.ts';
import {
  HOUR,
  type StaplingServer,
  check,
  checkPort,
  now,
  pki,
  startStapling,
  toldBy,
} from './check-helper.ts';

const open: { close(): Promise<void> }[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

const opened = <T extends { close(): Promise<void> }>(one: T): T => {
  open.push(one);
  return one;
};
const start = async (...args: Parameters<typeof startStapling>): Promise<StaplingServer> =>
  opened(await startStapling(...args));

const staple = (hoursAgo: number) =>
  testResponse(pki, { thisUpdate: shift(now, -hoursAgo * HOUR), nextUpdate: shift(now, 10 * HOUR) });
const fresh = staple(1);

/** A server that does to a connection, by its number from 1, what `does` says. */
const startMoody = async (does: (connection: number) => 'staple' | 'hang' | 'break') => {
  const { port: wellPort } = await start(() => fresh);
  let connections = 0;
  const sockets = new Set<Socket>();
  const moody = createTcpServer((socket) => {
    const what = does(++connections);
    if (what === 'break') socket.destroy();
    const well = what === 'staple' ? connect(wellPort, '127.0.0.1') : undefined;
    for (const one of [socket, ...(well ? [well] : [])]) sockets.add(one.on('error', () => one.destroy()));
    if (well) socket.pipe(well).pipe(socket);
  });
  open.push({
    close: () =>
      new Promise((done) => {
        moody.close(() => done());
        for (const socket of sockets) socket.destroy();
      }),
  });
  return { port: await listen(moody), connections: () => connections };
};

describe('--repeat', () => {
  it('finds the worker that has none, and says how many had one', async () => {
    const { port, asked } = await start((handshake) => (handshake % 2 === 0 ? fresh : undefined));
    const run = await checkPort(port, '--ecdsa', '--repeat', '5', '--json');
    expect(asked()).toBe(5);
    expect(toldBy(run)).toMatchObject({ exitCode: 1, state: 'missing' });
    expect(JSON.parse(run.out).servers[0].certificates).toMatchObject([{ handshakes: 5, stapled: 2 }]);
    expect(run.out).toContain('only 2 of 5 handshakes had a staple');
  });

  it('tells the gravest of different staples', async () => {
    const expired = testResponse(pki, { thisUpdate: shift(now, -9 * HOUR), nextUpdate: shift(now, -HOUR) });
    const { port } = await start((handshake) => (handshake === 3 ? expired : fresh));
    const run = await checkPort(port, '--ecdsa', '--repeat', '4', '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'expired' });
  });

  it('gives up a server that never answers', async () => {
    const { port, connections } = await startMoody(() => 'hang');
    const run = await checkPort(port, '--repeat', '1000', '--timeout', '50ms');
    expect(run.exitCode).toBe(2);
    expect(run.out).toMatch(/^CRITICAL \S+: no TLS connection within 50ms \(3 times\)$/m);
    expect(connections()).toBe(3);
  });

  it('goes on where some of the handshakes fail', async () => {
    const { port, connections } = await startMoody((connection) =>
      connection % 3 === 0 ? 'staple' : 'break',
    );
    const run = await checkPort(port, '--ecdsa', '--repeat', '9', '--json');
    expect(connections()).toBe(9);
    const [server] = JSON.parse(run.out).servers;
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'unreachable' });
    expect(server.certificates).toMatchObject([{ handshakes: 3, stapled: 3 }]);
  });

  it('tells when a server stops answering, though a key may be missing', async () => {
    const { port } = await startMoody((connection) => (connection === 1 ? 'staple' : 'hang'));
    const run = await checkPort(port, '--timeout', '2s', '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'unreachable' });
    const [{ certificates, failures }] = JSON.parse(run.out).servers;
    expect(certificates).toHaveLength(1);
    const message = 'asked for its RSA certificate: no TLS connection within 2s';
    expect(failures).toMatchObject([{ message, code: 'probe-timeout' }]);
  });
});

describe('both keys', () => {
  const rsa = serverCertificate(pki, 'www.example.test', {
    serial: 0x1003,
    keys: testKeys('rsa-2048', 7),
    ocspUrls: ['http://ocsp.example.test/'],
  });

  /** OpenSSL chooses by what the client can. */
  const startBoth = async (stapleOf: Parameters<typeof start>[0] = () => fresh): Promise<number> => {
    const server: Server = createTlsServer({
      key: [keyPem(pki.leaf), keyPem(rsa)],
      cert: [certificatesPem(pki.leaf, pki.issuer), certificatesPem(rsa, pki.issuer)],
    });
    let handshakes = 0;
    server.on('OCSPRequest', (_certificate, _issuer, give) =>
      give(null, stapleOf(++handshakes) ?? Buffer.alloc(0)),
    );
    server.on('secureConnection', (socket) => socket.on('error', () => socket.destroy()));
    open.push({ close: () => new Promise((done) => server.close(() => done())) });
    return listen(server);
  };

  it.each<[readonly string[], readonly string[]]>([
    [[], ['EC P-256', 'RSA 2048 bit']],
    [['--rsa'], ['RSA 2048 bit']],
    [['--ecdsa'], ['EC P-256']],
    [
      ['--rsa', '--ecdsa', '--tls', '1.2'],
      ['RSA 2048 bit', 'EC P-256'],
    ],
  ])('%j looks at %j', async (options, keys) => {
    const run = await checkPort(await startBoth(), ...options, '--json');
    const { certificates } = JSON.parse(run.out).servers[0];
    expect(certificates.map(({ key }: { key: string }) => key)).toEqual(keys);
    expect(run.exitCode).toBe(0);
  });

  it('of which one has no staple, say which', async () => {
    const port = await startBoth((handshake) => (handshake === 1 ? fresh : undefined));
    const run = await checkPort(port, '--plugin');
    expect(run.exitCode).toBe(1);
    expect(run.out).toMatch(/^RESTAPLE WARNING - \S+: RSA 2048 bit: no staple, /);
  });

  it('of which one is missing that was asked for', async () => {
    const { port } = await start(() => fresh);
    const run = await checkPort(port, '--rsa', '--ecdsa', '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'unreachable' });
    const [{ certificates, failures }] = JSON.parse(run.out).servers;
    expect(certificates).toHaveLength(1);
    expect(failures[0].message).toMatch(/^asked for its RSA certificate: cannot make a TLS connection: /);
  });
});

describe('where it connects to', () => {
  it('is the next address where nobody listens at the first', async () => {
    const { port } = await start(() => fresh);
    const args = [
      `www.example.test:${port}`,
      '--resolve',
      `www.example.test:${port}:127.0.0.2,127.0.0.1`,
      '--json',
    ];
    const run = await check(args);
    expect(toldBy(run)).toMatchObject({ exitCode: 0, state: 'good' });
    expect(JSON.parse(run.out).servers[0].certificates).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it('is every address with --all-addresses', async () => {
    const { port } = await start(() => fresh);
    const addresses = '127.0.0.1,127.0.0.2';
    const args = [`www.example.test:${port}`, '--resolve', `www.example.test:${port}:${addresses}`, '--json'];
    const one = await check(args);
    expect(one.exitCode).toBe(0);
    const all = await check([...args, '--all-addresses']);
    // Nobody listens at the second one.
    expect(toldBy(all)).toMatchObject({ exitCode: 2, state: 'unreachable' });
    const said = 'at 127.0.0.2: cannot connect: connection refused (ECONNREFUSED)';
    expect(JSON.parse(all.out).servers[0].failures).toMatchObject([{ message: said }]);
    expect(JSON.parse(all.out).servers[0].certificates).toMatchObject([{ address: '127.0.0.1' }]);
  });

  it.each([
    ['--tls', '1.2', 'TLSv1.2'],
    ['--tls', '1.3', 'TLSv1.3'],
  ])('speaks the version of %s %s', async (option, value, version) => {
    const { port } = await start(() => fresh);
    const run = await check([
      'www.example.test',
      '--connect-to',
      `www.example.test:443:127.0.0.1:${port}`,
      option,
      value,
      '--json',
    ]);
    const [server] = JSON.parse(run.out).servers;
    expect(server).toMatchObject({ server: 'www.example.test', port: 443, severity: 'OK' });
    expect(server.certificates).toMatchObject([{ tls: version, port, wrongName: null }]);
  });

  it('is many servers at once, told in the order given', async () => {
    const servers = await Promise.all([start(() => fresh), start(() => undefined), start(() => fresh)]);
    const places = servers.map(({ port }) => `127.0.0.1:${port}`);
    const run = await check([...places, '--servername', 'www.example.test']);
    expect(run.exitCode).toBe(1);
    const headings = [...run.out.matchAll(/^(OK|WARNING) (127\.0\.0\.1:\d+)/gm)].map(
      ([, severity, place]) => [severity, place],
    );
    expect(headings).toEqual([
      ['OK', places[0]],
      ['WARNING', places[1]],
      ['OK', places[2]],
    ]);
    expect(run.out.trimEnd().split('\n').at(-1)).toBe('3 servers: 1 WARNING, 2 OK');
  });
});

describe('trust', () => {
  it('is a line of the report, and no more', async () => {
    const { port } = await start(() => fresh);
    await withTempDir(async (dir) => {
      const root = join(dir, 'root.pem');
      await writeFile(root, certificatesPem(pki.root));
      const trusted = await checkPort(port, '--cacert', root);
      expect(trusted.out).toMatch(/^ {2}trust +trusted, for www\.example\.test$/m);
      const other = await check([`127.0.0.1:${port}`, '--servername', 'other.test']);
      expect(other.out).toMatch(/^ {2}trust +not trusted \(\w+\), not for this server \(.*other\.test/m);
      expect([trusted.exitCode, other.exitCode]).toEqual([0, 0]);
    });
  });
});

const caIssuers = (url: string) =>
  serverCertificate(pki, 'www.example.test', { serial: 0x1003, ocspUrls: [url], caIssuersUrls: [url] });

describe('the issuer', () => {
  it('is fetched where the server does not send it', async () => {
    const ca = opened(await startHttpServer(answer({ body: pki.issuer.certificate.raw })));
    const leaf = caIssuers(ca.url('/ca.crt').href);
    const { port } = await start(() => fresh, { leaf, chain: [] });
    const told = await checkPort(port, '--allow-private', '--json');
    expect(told.exitCode).toBe(0);
    expect(JSON.parse(told.out).servers[0].certificates).toMatchObject([{ issuerFrom: 'fetched' }]);
  });

  it('that is not to be had leaves the staple unverified, unless it is named', async () => {
    const leaf = caIssuers('http://127.0.0.1:1/');
    const { port } = await start(() => fresh, { leaf, chain: [] });
    const run = await checkPort(port, '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 3, state: 'not verified' });
    expect(run.out).toContain('a certificate may not lead to a loopback address');
    await withTempDir(async (dir) => {
      const issuer = join(dir, 'issuer.pem');
      await writeFile(issuer, certificatesPem(pki.issuer));
      const named = await checkPort(port, '--issuer', issuer, '--json');
      expect(toldBy(named)).toMatchObject({ exitCode: 0, state: 'good' });
    });
  });
});

/** A responder that signed two hours ago, and a server with a staple of so many hours ago. */
const startComparable = async (hoursAgo: number) => {
  const responder = opened(await startResponder({ pki, now: () => shift(now, -2 * HOUR) }));
  const serial = pki.leaf.certificate.serialNumber;
  const leaf = serverCertificate(pki, 'www.example.test', { serial, ocspUrls: [responder.url] });
  const { port } = await start(() => staple(hoursAgo), { leaf });
  return { responder, serial, port, leaf };
};

describe('--compare', () => {
  it.each([
    [3, 'older', /^ {2}responder +http:.* says good, thisUpdate .*; the served one is older$/m],
    [2, 'same', /; the served one is as new$/m],
    [1, 'newer', /; the served one is newer$/m],
  ])('with a staple of %i hours ago says %s', async (hoursAgo, served, line) => {
    const { port } = await startComparable(hoursAgo);
    const text = await checkPort(port, '--compare', '--allow-private');
    expect(text).toMatchObject({ exitCode: 0, err: '' });
    expect(text.out).toMatch(line);
    const json = await checkPort(port, '--compare', '--allow-private', '--json');
    const [{ responder }] = JSON.parse(json.out).servers[0].certificates;
    expect(responder).toMatchObject({ status: 'good', served });
  });

  it('asks once for all servers with the same certificate, and compares each', async () => {
    const { responder, port, leaf } = await startComparable(3);
    const other = await start(() => staple(1), { leaf });
    const run = await checkPort(port, `127.0.0.1:${other.port}`, '--compare', '--allow-private', '--json');
    const servers: readonly { certificates: readonly { responder: object }[] }[] = JSON.parse(
      run.out,
    ).servers;
    const compared = servers.flatMap(({ certificates }) => certificates.map((one) => one.responder));
    expect(compared).toMatchObject([
      { status: 'good', served: 'older' },
      { status: 'good', served: 'newer' },
    ]);
    expect(responder.requests).toHaveLength(1);
  });

  it('finds that it has been revoked since', async () => {
    const { port, responder, serial } = await startComparable(2);
    responder.setStatus(serial, { type: 'revoked', revocationTime: shift(now, -HOUR), reason: 1 });
    const run = await checkPort(port, '--compare', '--allow-private', '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'responder differs' });
  });

  it('keeps to where a certificate may lead', async () => {
    const { port, responder } = await startComparable(2);
    const run = await checkPort(port, '--compare', '--json');
    expect(toldBy(run)).toMatchObject({ exitCode: 1, state: 'responder failed' });
    expect(run.out).toContain('address-refused');
    expect(responder.requests).toEqual([]);
    const named = await checkPort(port, '--compare', '--url', responder.url, '--json');
    expect(toldBy(named)).toMatchObject({ exitCode: 0, state: 'good' });
  });
});

describe('--crl', () => {
  const SERIAL = 0x3000;
  const times = { thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, HOUR) };

  const startNaming = async (...urls: readonly string[]): Promise<number> => {
    const leaf = createServer(pki.issuer, {
      name: name([['CN', 'www.example.test']]),
      keys: testKeys('p256', 3),
      serial: SERIAL,
      notBefore: shift(now, -HOUR),
      notAfter: shift(now, HOUR),
      extensions: [crlDistributionPoints(urls)],
    });
    return (await start(() => undefined, { leaf })).port;
  };

  const checkWith = async (entries: readonly Buffer[], ...options: readonly string[]) => {
    const body = createCrl({ signer: pki.issuer, ...times, entries });
    const ca = opened(await startHttpServer(answer({ body })));
    return checkPort(await startNaming(ca.url('/1.crl').href), ...options);
  };

  it('says what was passed over', async () => {
    const body = createCrl({ signer: pki.issuer, ...times });
    const ca = opened(await startHttpServer(answer({ body })));
    const run = await checkPort(
      await startNaming('ldap://a.test/', ca.url('/1.crl').href),
      '--crl',
      '--allow-private',
    );
    expect(run.out).toMatch(/^ {2}CRL +good by http:.*\n +ldap:\/\/a\.test\/ is no http or https URL$/m);
  });

  it('holds no more than four at a time, of however many servers', async () => {
    const body = createCrl({ signer: pki.issuer, ...times });
    const waiting: (() => void)[] = [];
    let most = 0;
    const ca = opened(
      await startHttpServer((request, socket) => {
        waiting.push(() => answer({ body })(request, socket));
        most = Math.max(most, waiting.length);
        if (most === 4) for (const go of waiting.splice(0)) setImmediate(go);
      }),
    );
    const ports = await Promise.all(Array.from({ length: 9 }, () => startNaming(ca.url('/1.crl').href)));
    const places = ports.map((port) => `127.0.0.1:${port}`);
    const run = await check([...places, '--crl', '--allow-private', '--plugin']);
    expect(run.out).toMatch(/^RESTAPLE OK - 9 of 9 servers OK/);
    expect(most).toBe(4);
  });

  it('says good of a certificate without OCSP', async () => {
    const run = await checkWith([], '--crl', '--allow-private');
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^ {2}CRL +good by http:/m);
  });

  it('says revoked', async () => {
    const run = await checkWith(
      [entry(Buffer.of(0x30, 0x00), shift(now, -HOUR))],
      '--crl',
      '--allow-private',
      '--json',
    );
    expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'revoked by CRL' });
  });

  it('says that there is none', async () => {
    const { port } = await start(() => undefined, {
      leaf: serverCertificate(pki, 'www.example.test', { serial: SERIAL }),
    });
    const run = await checkPort(port, '--crl', '--plugin');
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(
      /none is needed: it names no responder, as its CA answers no OCSP; no CRL either \|/,
    );
  });

  it('that is not to be had is a warning', async () => {
    expect(toldBy(await checkWith([], '--crl', '--json'))).toMatchObject({
      exitCode: 1,
      state: 'CRL failed',
    });
  });
});
