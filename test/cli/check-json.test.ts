/** The JSON of `restaple check` and its page, held together both ways. */
import { readFileSync } from 'node:fs';
import { afterEach, expect, it } from 'vitest';
import { crlDistributionPoints, authorityInfoAccess } from '../../src/demo/pki/extensions.ts';
import { serverCertificate } from '../e2e/world.ts';
import { createCrl } from '../support/crl.ts';
import { type TestServer, answer, startHttpServer } from '../support/http-server.ts';
import { shift, testResponse } from '../support/pki.ts';
import { HOUR, type StaplingServer, check, checkPort, now, pki, startStapling } from './check-helper.ts';

const page = readFileSync(new URL('../../docs/reference/cli.md', import.meta.url), 'utf8');
const section = page.split('### JSON of check\n')[1]?.split('\n## ')[0] ?? '';

/** What stands in the section between backticks and is a value, not a key. */
const VALUES: ReadonlySet<string> = new Set(
  'OK WARNING CRITICAL UNKNOWN CLIENT_CERTIFICATE_WANTED null --json --compare --crl given sent fetched good revoked unknown refused older same newer'.split(
    ' ',
  ),
);

function keysOf(value: unknown): string[] {
  if (typeof value !== 'object' || value === null) return [];
  const own = Array.isArray(value) ? [] : Object.keys(value);
  return [...own, ...Object.values(value).flatMap(keysOf)];
}

const certificateKeys = ({ out }: { readonly out: string }): string[] =>
  Object.keys(JSON.parse(out).servers[0].certificates[0]);

const open: (StaplingServer | TestServer)[] = [];
afterEach(async () => {
  await Promise.all(open.splice(0).map((one) => one.close()));
});

it('has the keys that the page describes, and no others', async () => {
  const body = createCrl({ signer: pki.issuer, thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, HOUR) });
  const ca = await startHttpServer(answer({ body }));
  const leaf = serverCertificate(pki, 'www.example.test', {
    serial: pki.leaf.certificate.serialNumber,
    extensions: [
      authorityInfoAccess({ ocsp: [ca.url('/').href], caIssuers: [] }),
      crlDistributionPoints([ca.url('/1.crl').href]),
    ],
  });
  const staple = testResponse(pki, { thisUpdate: shift(now, -HOUR), nextUpdate: shift(now, HOUR) });
  const server = await startStapling(() => staple, { leaf });
  open.push(ca, server);
  const runs = await Promise.all([
    checkPort(server.port, '--json', '--crl', '--compare', '--allow-private'),
    checkPort(server.port, '--json', '--crl'),
    check(['127.0.0.1:1', '--json']),
    check(['127.0.0.1', '--json', '--issuer', '/nowhere/x.pem']),
  ]);
  const printed = new Set(runs.flatMap(({ out }) => keysOf(JSON.parse(out))));
  const described = new Set([...section.matchAll(/`([^`]+)`/g)].map(([, word = '']) => word));
  expect([...printed].filter((key) => !described.has(key))).toEqual([]);
  expect([...described].filter((word) => !printed.has(word) && !VALUES.has(word))).toEqual([]);
});

it('has every key also where there is nothing to say', async () => {
  const server = await startStapling(() => undefined);
  open.push(server);
  const full = await checkPort(server.port, '--json', '--crl', '--compare');
  const bare = await checkPort(server.port, '--json');
  expect(certificateKeys(bare)).toEqual(certificateKeys(full));
});
