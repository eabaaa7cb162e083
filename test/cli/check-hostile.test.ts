/** Servers that mean no good, seen by `restaple check`: nothing of theirs reaches a terminal or a monitoring system raw. */
import { createServer as createTcpServer } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { authorityInfoAccess } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { extension } from '../../src/demo/pki/extensions.ts';
import { OID } from '../../src/x509/oids.ts';
import { serverCertificate } from '../e2e/world.ts';
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
