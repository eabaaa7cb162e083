import { readFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describePart, listDescription } from '../../src/cli/describe/description.ts';
import { formatListing } from '../../src/cli/describe/listing.ts';
import { partsOf } from '../../src/cli/describe/parts.ts';
import { authorityInfoAccess, crlDistributionPoints, subjectAltName } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { RestapleError } from '../../src/errors.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeCrlID } from '../../src/ocsp/extensions/crl-id.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { NOW, createTestPki, testResponse } from '../support/pki.ts';
import { runCli } from '../support/run-cli.ts';
import { inspect, inspectJson } from './inspect-helper.ts';

/** Clears the screen, rings, starts a new line, rings by C1, turns the writing direction, ends a paragraph. */
const EVIL = 'a\u{1b}[2J\u{7}\r\nb\u{9b}c\u{202e}d\u{2029}\u{7f}';
const EVIL_LATIN1 = 'http://a\u{1b}]0;x\u{7}\u{9b}\n/';
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/u;

const pki = createTestPki({
  leaf: {
    name: name([['CN', EVIL]]),
    extensions: [
      authorityInfoAccess({ ocsp: [EVIL_LATIN1], caIssuers: [EVIL_LATIN1] }),
      subjectAltName({ dns: [EVIL_LATIN1] }),
      crlDistributionPoints([EVIL_LATIN1]),
    ],
  },
  delegate: { name: name([['O', EVIL]]) },
});
const response = testResponse(pki, {
  responderID: 'byName',
  responseExtensions: [encodeCrlID({ crlUrl: EVIL_LATIN1, crlNum: undefined, crlTime: undefined })],
});

describe('what strangers wrote never acts upon the terminal', () => {
  it.each([
    ['a certificate', certificatesPem(pki.leaf)],
    ['a response', response],
  ])('%s', async (_, content) => {
    const { exitCode, out } = await inspect(content);
    expect(exitCode).toBe(0);
    expect(out).not.toMatch(UNPRINTABLE);
    expect(out.split('\n').filter((line) => !/^(?:FILE: |  |$)/.test(line))).toEqual([]);
    expect(out).toContain(String.raw`a\u{1b}[2J\u{7}\u{d}\u{a}b\u{9b}c\u{202e}d\u{2029}\u{7f}`);
    expect(out).toContain(String.raw`http://a\u{1b}]0;x\u{7}\u{9b}\u{a}/`);
  });

  it.each([
    ['a certificate', certificatesPem(pki.leaf)],
    ['a response', response],
  ])('nor does the JSON of %s', async (_, content) => {
    const { out } = await runCli(['inspect', '--json', '-'], { stdin: Buffer.from(content) });
    expect(out).not.toMatch(UNPRINTABLE);
    expect(JSON.stringify(await inspectJson(content))).not.toMatch(UNPRINTABLE);
  });

  it('nor does the name of a file, which the JSON gives as it is', async () => {
    await withTempDir(async (dir) => {
      const path = join(dir, 'x\u{1b}[2J\u{202e}\u{e0001}.der');
      await writeFile(path, '');
      const text = await runCli(['inspect', path]);
      expect(text.err).not.toMatch(UNPRINTABLE);
      expect(text.err).toContain(String.raw`x\u{1b}[2J\u{202e}\u{e0001}.der: the file is empty`);
      const { out } = await runCli(['inspect', '--json', path]);
      expect(out).not.toMatch(UNPRINTABLE);
      expect(JSON.parse(out)).toMatchObject({ files: [{ file: path }] });
    });
  });
});

describe('bytes that somebody changed', () => {
  const request = createRequest(createCertID(pki.leaf.certificate, pki.issuer.certificate), [
    encodeNonce(Buffer.of(1, 2, 3)),
  ]);

  it.each([
    ['a certificate', pki.leaf.certificate.raw],
    ['a response', response],
    ['a request', request],
  ])('%s is shown or refused, whichever byte it was', (_, der) => {
    const outcomes = { shown: 0, refused: 0 };
    for (let at = 0; at < der.length; at++) {
      for (const bits of [0x01, 0x80, 0xff]) {
        const changed = Buffer.from(der);
        changed.writeUInt8(changed.readUInt8(at) ^ bits, at);
        outcomes[shows(changed) ? 'shown' : 'refused']++;
      }
      shows(der.subarray(0, at));
    }
    expect(outcomes.shown).toBeGreaterThan(0);
    expect(outcomes.refused).toBeGreaterThan(0);
  });
});

describe('inspect and verify', () => {
  it.each(['inspect', 'verify'])(
    '%s loads nothing that talks to a network, checks a schema or writes a log',
    (verb) => {
      const modules = importsOf(resolve('src/cli/commands', `${verb}.ts`));
      expect(modules.size).toBeGreaterThan(20);
      const cheap = new Set(['node:crypto', 'node:fs', 'node:fs/promises', 'node:path', 'node:util']);
      expect([...modules].filter((id) => !id.startsWith('/') && !cheap.has(id))).toEqual([]);
      expect([...modules].filter((id) => /\/src\/(?:http|store|staple|demo)\//.test(id))).toEqual([]);
    },
  );
});

/** Everything that a module imports when it is loaded, directly or not. */
function importsOf(file: string, seen = new Set<string>()): ReadonlySet<string> {
  if (seen.has(file)) return seen;
  seen.add(file);
  const source = readFileSync(file, 'utf8').replaceAll(/(?:im|ex)port type [^;]*;/g, '');
  for (const [, id = ''] of source.matchAll(/^(?:(?:im|ex)port\b[^;]*?\bfrom )?(?:import )?'([^']+)';/gm)) {
    if (id.startsWith('.')) importsOf(resolve(dirname(file), id), seen);
    else seen.add(id);
  }
  return seen;
}

/** False for a refusal that restaple knows; anything else it throws is a fault. */
function shows(bytes: Buffer): boolean {
  try {
    for (const part of partsOf(bytes, 'a')) formatListing(listDescription(describePart(part, NOW)));
    return true;
  } catch (error) {
    if (error instanceof RestapleError) return false;
    throw error;
  }
}
