/** A responder behind a CDN: every name of the edge is at one address, and who does not name one of them gets 403. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type Front, startFront } from '../support/cdn-front.ts';
import { certificatesPem } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { createTestPki } from '../support/pki.ts';
import { makeDirectory, serverCertificate } from './world.ts';

const pki = createTestPki({ now: new Date() });
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
let responder: Responder;
let front: Front;
let cert: string;
let seen: number;

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  responder = await startResponder({ pki });
  front = await startFront({ origin: responder.url, names: ['localhost'] });
  const leaf = serverCertificate(pki, 'www.example.test', {
    serial: pki.leaf.certificate.serialNumber,
    ocspUrls: [`http://localhost:${front.port}/`],
  });
  cert = join(dir.path, 'domain.crt');
  await writeFile(cert, certificatesPem(leaf, pki.issuer));
});
beforeEach(() => (seen = front.hosts.length));
afterAll(async () => {
  await front.close();
  await responder.close();
  await cli.remove();
  await dir.remove();
});

const good = (path: string): RegExp =>
  new RegExp(`^${path}: good\\n\\tThis Update: .* GMT\\n\\tNext Update: .* GMT\\n$`);

describe('behind a front that serves nobody without the right Host', () => {
  it('fetch succeeds from the URL in the certificate, with no word about the Host', async () => {
    const outcome = await cli.run('fetch', '--allow-private', cert);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(good(cert));
    expect(front.hosts.slice(seen)).toEqual([`localhost:${front.port}`]);
  });

  it('by address it is 403: exit 75, who said it to which Host, and a hint that helps', async () => {
    const outcome = await cli.run('fetch', cert, '--url', front.url);
    expect(outcome).toMatchObject({ code: 75, stdout: '' });
    expect(outcome.stderr).toBe(
      `restaple: ${cert}: 403 Forbidden: the edge at 127.0.0.1:${front.port} does not serve this Host; ` +
        `it got Host: 127.0.0.1:${front.port}: "403 Forbidden"\n` +
        "hint: the responder is behind a CDN: ask for it by its name, --url http://NAME/, or --url URL --header 'Host: NAME'\n" +
        `hint: restaple doctor ${cert} --url ${front.url}\n`,
    );
  });

  it.each(['get', 'post', 'auto'])('what the hint says works, by %s', async (method) => {
    const host = ['--url', front.url, '--header', 'Host: localhost'];
    const outcome = await cli.run('fetch', cert, ...host, '--method', method);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toMatch(good(cert));
    expect(front.hosts.slice(seen)).toEqual(['localhost']);
  });
});
