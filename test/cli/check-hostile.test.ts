/** Servers that mean no good, seen by `restaple check`: nothing of theirs reaches a terminal or a monitoring system raw. */
import { createServer as createTcpServer } from 'node:net';
import { createServer as createTlsServer } from 'node:tls';
import { afterEach, describe, expect, it } from 'vitest';
import { authorityInfoAccess } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { extension } from '../../src/demo/pki/extensions.ts';
import { OID } from '../../src/x509/oids.ts';
import { serverCertificate } from '../e2e/world.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { listen } from '../support/loopback.ts';
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

let server: StaplingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const ESC = '\u001B[2J';
const outputs: readonly (readonly string[])[] = [[], ['--json'], ['--plugin']];

describe('a certificate', () => {
  it.each(outputs)('with control characters in its names (%j)', async (...option: readonly string[]) => {
    const leaf = serverCertificate(pki, 'www.example.test', {
      serial: 0x1003,
      name: name([['CN', `evil${ESC}\n|'x'=1`]]),
      extensions: [authorityInfoAccess({ ocsp: [`http://a/${ESC}|`], caIssuers: [] })],
    });
    server = await startStapling(() => undefined, { leaf });
    const run = await checkPort(server.port, ...option);
    expect(run.exitCode).toBe(1);
    expect(run.out + run.err).not.toContain('\u001B');
    expect(run.out.match(/\|/g)?.length ?? 0).toBeLessThanOrEqual(option[0] === '--plugin' ? 1 : 5);
  });

  it('whose extensions cannot be read is looked at all the same', async () => {
    const broken = [OID.tlsFeature, OID.authorityInfoAccess].map((id) => extension(id, Buffer.from('junk')));
    const leaf = serverCertificate(pki, 'www.example.test', { serial: 0x1003, extensions: broken });
    const staple = testResponse(pki, { thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, 9 * HOUR) });
    server = await startStapling(() => staple, { leaf });
    expect(toldBy(await checkPort(server.port, '--json'))).toMatchObject({ exitCode: 0, state: 'good' });
  });

  it('that has ended is said to have, whatever it staples', async () => {
    const leaf = serverCertificate(pki, 'www.example.test', {
      serial: 0x1003,
      notBefore: shift(now, -9 * HOUR),
      notAfter: shift(now, -HOUR),
    });
    server = await startStapling(() => undefined, { leaf });
    const told = toldBy(await checkPort(server.port, '--json'));
    expect(told).toMatchObject({ exitCode: 2, state: 'certificate expired' });
  });
});

describe('a server', () => {
  it.each<[string, string, Buffer | undefined, number]>([
    ['a staple of 10 MB', '1.2', Buffer.alloc(10_000_000, 0x30), 1],
    ['a staple of 10 MB', '1.3', Buffer.alloc(10_000_000, 0x30), 1],
    ['four hundred certificates', '1.2', undefined, 400],
    ['four hundred certificates', '1.3', undefined, 400],
  ])('that sends %s over TLS %s is unreachable', async (_sentence, version, staple, certificates) => {
    const chain = Array.from({ length: certificates }, () => pki.issuer);
    server = await startStapling(() => staple, { chain });
    const told = toldBy(await checkPort(server.port, '--tls', version, '--json'));
    expect(told).toMatchObject({ exitCode: 2, state: 'unreachable' });
  });

  it.each(['1.2', '1.3'])(
    'that sends a staple of 15 KB of nonsense over TLS %s is judged',
    async (version) => {
      server = await startStapling(() => Buffer.alloc(15_000, 0x30));
      const run = await checkPort(server.port, '--tls', version, '--json');
      expect(toldBy(run)).toMatchObject({ exitCode: 2, state: 'refused' });
      expect(JSON.parse(run.out).servers[0].certificates[0].staple).toMatchObject({ bytes: 15_000 });
    },
  );

  it('that sends without end after the handshake is left', async () => {
    const flooding = createTlsServer(
      { key: keyPem(pki.leaf), cert: certificatesPem(pki.leaf, pki.issuer) },
      (socket) => {
        const more = (): void => {
          if (!socket.destroyed) socket.write(Buffer.alloc(65_536), more);
        };
        socket.on('error', () => socket.destroy());
        more();
      },
    );
    const port = await listen(flooding);
    const run = await checkPort(port, '--json');
    flooding.close();
    expect(toldBy(run)).toMatchObject({ exitCode: 1, state: 'missing' });
  });

  it.each<[string, string | undefined]>([
    ['that says something else', `220 mail${ESC}\r\n`],
    ['that says nothing', undefined],
  ])('%s is unreachable', async (_sentence, words) => {
    const plain = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      if (words === undefined) socket.end();
      else socket.end(words);
    });
    const port = await listen(plain);
    try {
      const run = await check([`127.0.0.1:${port}`]);
      expect(run.exitCode).toBe(2);
      expect(run.out).toMatch(
        /^CRITICAL 127\.0\.0\.1:\d+: .*\n {2}do: the port may begin without TLS \(STARTTLS\)/,
      );
      expect(run.out).not.toContain('\u001B');
      const json = await check([`127.0.0.1:${port}`, '--json']);
      expect(toldBy(json)).toMatchObject({ exitCode: 2, state: 'unreachable' });
    } finally {
      plain.close();
    }
  });

  it('of another protocol is said to be one, and how it is spoken to', async () => {
    const mail = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end('220 mail.example.test ESMTP Postfix\r\n');
    });
    const port = await listen(mail);
    const run = await checkPort(port, '--rsa');
    mail.close();
    expect(run.exitCode).toBe(2);
    expect(run.out).toMatch(
      /^CRITICAL \S+: asked for its RSA certificate: does not begin with TLS, but says "220 /,
    );
    expect(run.out).toMatch(/do: the port begins without TLS, as smtp does: --starttls smtp$/m);
  });

  it.each<[string, number, RegExp]>([
    ['that knows no such name', 112, /do: the server has no certificate for the name .*--servername NAME$/m],
    ['that ends the handshake', 40, /do: the server ends the handshake: look at its log; .*of the client$/m],
  ])('%s is said to', async (_sentence, alert, words) => {
    const refusing = createTcpServer((socket) => {
      socket.on('error', () => socket.destroy());
      socket.end(Buffer.of(21, 3, 3, 0, 2, 2, alert));
    });
    const port = await listen(refusing);
    const run = await checkPort(port);
    refusing.close();
    expect(run.exitCode).toBe(2);
    expect(run.out).toMatch(words);
  });
});
