/** `restaple doctor` at servers that `openssl s_server` makes odd: what comes with the handshake, and what is said of it. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { rawResponse } from '../support/alter.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { testKeys } from '../support/keys.ts';
import { describeWithPeer } from '../support/peers.ts';
import { shift, testResponse } from '../support/pki.ts';
import { startProgram } from '../support/programs/program.ts';
import { at, cli, dir, now, pki, responder, serial, useDoctorWorld } from './doctor-world.ts';
import { serverCertificate } from './world.ts';

const HOUR = 3_600_000;

useDoctorWorld();

async function put(file: string, content: string | Uint8Array): Promise<string> {
  const path = join(dir.path, file);
  await writeFile(path, content);
  return path;
}

const good = (): Buffer => testResponse(pki, at);

describeWithPeer('openssl', 'openssl s_server', (path) => {
  const revoked = { type: 'revoked', revocationTime: shift(now, -HOUR), reason: 1 } as const;

  it.each<[string, () => Buffer, string[], RegExp, RegExp]>([
    [
      'a staple that says revoked',
      () => testResponse(pki, { ...at, certStatus: revoked }),
      [],
      /^FAIL served +the certificate is revoked since /m,
      /^the responder says good, but the server staples what nobody should take: the certificate is revoked /,
    ],
    [
      'a staple that says tryLater',
      () => rawResponse(3),
      [],
      /^FAIL served +the responder answers tryLater$/m,
      /^the responder says good, but the server staples what nobody should take: the responder answers tryLater$/,
    ],
    [
      'a wish for a certificate of its clients',
      good,
      ['-Verify', '1', '-verify_return_error', '-tls1_2'],
      /^- {4}trust +not known, as the server wants a certificate of its client$/m,
      /^nothing is wrong: the responder says good$/,
    ],
    [
      'one staple for two certificates',
      good,
      ['-dcert', 'rsa.example.test.crt', '-dkey', 'rsa.example.test.key', '-dcert_chain', 'issuer.crt'],
      /^FAIL other key +the RSA certificate beside it: the response is for serial 1003, not for serial 5000$/m,
      /^the responder says good, so fetch succeeds; yet not all is well: other key: the RSA certificate /,
    ],
  ])('with %s', async (sentence, staple, options, line, cause) => {
    const leaf = serverCertificate(pki, 'localhost', { serial, ocspUrls: [responder.url] });
    const rsa = serverCertificate(pki, 'localhost', { serial: 0x5000, keys: testKeys('rsa-2048', 3) });
    await put('rsa.example.test.crt', certificatesPem(rsa));
    await put('rsa.example.test.key', keyPem(rsa));
    const files = {
      '-cert': await put('localhost.crt', certificatesPem(leaf)),
      '-cert_chain': await put('issuer.crt', certificatesPem(pki.issuer)),
      '-key': await put('localhost.key', keyPem(leaf)),
      '-status_file': await put(`${sentence}.ocsp`, staple()),
    };
    const given = options.map((word) => (/\.(?:crt|key)$/.test(word) ? join(dir.path, word) : word));
    const server = await startProgram(path, (port) => [
      's_server',
      '-www',
      '-accept',
      `127.0.0.1:${port}`,
      ...Object.entries(files).flat(),
      ...given,
    ]);
    const target = `localhost:${server.port}`;
    const text = await cli.run('doctor', target, '--allow-private', '--retries', '0');
    const json = await cli.run('doctor', target, '--allow-private', '--json', '--retries', '0');
    await server.stop();
    expect(text).toMatchObject({ code: 0, stdout: expect.stringMatching(line) });
    expect(JSON.parse(json.stdout)).toMatchObject({ exitCode: 0, cause: expect.stringMatching(cause) });
  });
});
