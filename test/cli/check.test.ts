/** `restaple check`: each state of a server is named rightly, with the right exit code. */
import { afterEach, describe, expect, it } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { shift, testResponse } from '../support/pki.ts';
import { serverCertificate } from '../e2e/world.ts';
import { HOUR, type StaplingServer, checkPort, now, pki, startStapling, toldBy } from './check-helper.ts';

let server: StaplingServer | undefined;
afterEach(async () => {
  await server?.close();
  server = undefined;
});

const start = async (...args: Parameters<typeof startStapling>): Promise<number> => {
  server = await startStapling(...args);
  return server.port;
};

const at = (used: number) => ({
  thisUpdate: shift(now, -used * HOUR),
  nextUpdate: shift(now, (10 - used) * HOUR),
});
const fresh = testResponse(pki, at(3));
const mustStaple = serverCertificate(pki, 'www.example.test', {
  serial: 0x2001,
  mustStaple: true,
  ocspUrls: ['http://ocsp.example.test/'],
});
const silent = serverCertificate(pki, 'www.example.test', { serial: 0x2002 });
const revoked = { type: 'revoked', revocationTime: shift(now, -HOUR), reason: 1 } as const;
const otherID = createCertID(silent.certificate, pki.issuer.certificate, 'sha1');

describe('a staple', () => {
  it.each<[string, Buffer, string, number, RegExp]>([
    ['that is good', fresh, 'good', 0, /^OK 127\.0\.0\.1:\d+, EC P-256: good, 30 % used, ends in 7h/],
    [
      'past three quarters of its life',
      testResponse(pki, at(8)),
      'ageing',
      1,
      /^WARNING .*: past 75% used$/m,
    ],
    ['near its end', testResponse(pki, at(9.5)), 'ending', 2, /^CRITICAL .*: past 90% used$/m],
    [
      'that has ended',
      testResponse(pki, at(11)),
      'expired',
      2,
      /^CRITICAL .*: staple expired: nextUpdate .* is not after now /m,
    ],
    [
      'that a stranger signed',
      testResponse(pki, { ...at(3), signer: pki.stranger }),
      'forged',
      2,
      /^CRITICAL .*: staple forged: .*not by O=Restaple Test, CN=Test Issuer/m,
    ],
    [
      'for another certificate',
      testResponse(pki, { ...at(3), certID: otherID }),
      'for another certificate',
      2,
      /^CRITICAL .*: staple for another certificate: .*\n[^]*✗ {2}4 CertID /m,
    ],
    [
      'that says revoked',
      testResponse(pki, { ...at(3), certStatus: revoked }),
      'revoked',
      2,
      /^CRITICAL .*: the certificate is revoked since .*, keyCompromise$/m,
    ],
    [
      'that says unknown',
      testResponse(pki, { ...at(3), certStatus: { type: 'unknown' } }),
      'unknown',
      2,
      /^CRITICAL /,
    ],
    [
      'that is garbage',
      Buffer.from('no staple'),
      'refused',
      2,
      /^CRITICAL .*: staple refused: OCSPResponse: [^]*do: the server staples it unverified/,
    ],
    [
      'without an end',
      testResponse(pki, { ...at(3), nextUpdate: undefined }),
      'refused',
      2,
      /^CRITICAL .*: staple refused: [^]*do: .*--allow-no-next-update with --max-age/,
    ],
  ])('%s', async (_sentence, staple, state, exitCode, line) => {
    const port = await start(() => staple);
    const text = await checkPort(port);
    expect(text).toMatchObject({ exitCode, err: '' });
    expect(text.out.replaceAll(/^ +(?=[✓✗-])/gm, '')).toMatch(line);
    expect(toldBy(await checkPort(port, '--json'))).toMatchObject({ exitCode, state });
  });
});

describe('the promise of must-staple', () => {
  const certID = createCertID(mustStaple.certificate, pki.issuer.certificate, 'sha1');
  it.each<[string, Buffer | undefined, string]>([
    ['is kept by a good staple', testResponse(pki, { ...at(3), certID }), 'yes, and kept'],
    ['is broken by an expired one', testResponse(pki, { ...at(11), certID }), 'yes, and broken'],
    ['is broken by none', undefined, 'yes, and broken'],
  ])('%s', async (_sentence, staple, words) => {
    const run = await checkPort(await start(() => staple, { leaf: mustStaple }));
    expect(run.out).toMatch(new RegExp(`^ {2}must-staple +${words}$`, 'm'));
  });
});

describe('no staple', () => {
  it.each([
    ['though the certificate names a responder', pki.leaf, 'missing', 1, 'names a responder'],
    ['though the certificate promises one', mustStaple, 'must-staple broken', 2, '(must-staple)'],
    ['and no responder', silent, 'not needed', 0, 'it names no responder, as its CA answers no OCSP'],
  ])('%s', async (_sentence, leaf, state, exitCode, words) => {
    const port = await start(() => undefined, { leaf });
    const run = await checkPort(port);
    expect(run).toMatchObject({ exitCode, err: '' });
    expect(run.out).toContain(words);
    expect(toldBy(await checkPort(port, '--json')).state).toBe(state);
  });
});
