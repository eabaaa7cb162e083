/** Every kind of CA key, with the issuer and with a delegate as the signer, named by name and by key. */
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type PkiFiles, writePki } from '../support/files.ts';
import { startResponder } from '../support/ocsp-responder.ts';
import { type Outcome, describeWithPeer } from '../support/peers.ts';
import { type TestPki, createTestPki } from '../support/pki.ts';
import { makeDirectory, opensslOpinion } from './world.ts';

const KEYS: readonly (readonly [string, KeyKind, 'pkcs1' | 'pss'])[] = [
  ['RSA-2048 PKCS#1', 'rsa-2048', 'pkcs1'],
  ['RSA-2048 PSS', 'rsa-2048', 'pss'],
  ['RSA-4096 PKCS#1', 'rsa-4096', 'pkcs1'],
  ['RSA-4096 PSS', 'rsa-4096', 'pss'],
  ['P-256', 'p256', 'pkcs1'],
  ['P-384', 'p384', 'pkcs1'],
  ['Ed25519', 'ed25519', 'pkcs1'],
];

interface Case {
  readonly title: string;
  readonly signedBy: 'issuer' | 'delegate';
  readonly responderID: 'byName' | 'byKey';
  readonly key: (typeof KEYS)[number];
}

const CASES: readonly Case[] = KEYS.flatMap((key) =>
  (['issuer', 'delegate'] as const).flatMap((signedBy) =>
    (['byName', 'byKey'] as const).map((responderID) => ({
      title: `${key[0]}, signed by the ${signedBy}, ${responderID}`,
      signedBy,
      responderID,
      key,
    })),
  ),
);

const now = new Date();
let dir: Awaited<ReturnType<typeof makeDirectory>>;
let cli: BuiltCli;
const pkis = new Map<string, { pki: TestPki; files: PkiFiles }>();

beforeAll(async () => {
  dir = await makeDirectory();
  cli = await buildCli();
  const plain = { kind: 'p256' } as const;
  for (const [title, kind, padding] of KEYS) {
    // RSA keys take seconds: only the two that sign have the kind in question.
    const others = { root: plain, stranger: plain, strangerDelegate: plain };
    const pki = createTestPki({ now, kind, signature: { padding }, ...others });
    pkis.set(title, { pki, files: await writePki(join(dir.path, title), pki) });
  }
});
afterAll(async () => {
  await cli.remove();
  await dir.remove();
});

function worldOf({ key: [name] }: Case): { pki: TestPki; files: PkiFiles } {
  const world = pkis.get(name);
  if (!world) throw new Error(`no PKI ${name}`);
  return world;
}

/** Fetches the staple of a case into `out`. */
async function fetchCase(one: Case, out: string): Promise<Outcome> {
  const { pki, files } = worldOf(one);
  const { responderID, signedBy } = one;
  const responder = await startResponder({ pki, signer: pki[signedBy], responderID });
  try {
    return await cli.run('fetch', files.chain, '--url', responder.url, '-o', out);
  } finally {
    await responder.close();
  }
}

describe('fetch takes a good response', () => {
  it.each(CASES)('$title', async (one) => {
    const outcome = await fetchCase(one, join(dir.path, 'out.ocsp'));
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain(`${worldOf(one).files.chain}: good\n`);
  });
});

describeWithPeer('openssl', 'openssl verifies what fetch has written', (openssl) => {
  it.each(CASES)('$title', async (one) => {
    const staple = join(dir.path, 'verified.ocsp');
    const { stdout } = await fetchCase(one, staple);
    const { issuer, chain, root } = worldOf(one).files;
    expect(await opensslOpinion(openssl, { staple, issuer, cert: chain, root })).toEqual({
      verdict: 'Response verify OK',
      lines: stdout,
    });
  });
});
