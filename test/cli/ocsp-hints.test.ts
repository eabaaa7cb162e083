/** The advice of `restaple ocsp`: every error has some, and none in options that this verb has not. */
import { describe, expect, it } from 'vitest';
import { ocspHint } from '../../src/cli/ocsp/hints.ts';
import { FLAGS } from '../../src/cli/ocsp/flags.ts';
import { certificatesPem } from '../support/files.ts';
import { createTestPki } from '../support/pki.ts';
import { withSite } from './ocsp-helper.ts';
import { RestapleError } from '../../src/errors.ts';
import { DER_EXAMPLES } from '../docs/examples/der.ts';
import type { Example } from '../docs/examples/example.ts';
import { INPUT_EXAMPLES } from '../docs/examples/input.ts';
import { RESPONSE_EXAMPLES } from '../docs/examples/response.ts';
import { TRANSPORT_EXAMPLES } from '../docs/examples/transport.ts';

const EXAMPLES: readonly [code: string, example: Example][] = [
  DER_EXAMPLES,
  INPUT_EXAMPLES,
  TRANSPORT_EXAMPLES,
  RESPONSE_EXAMPLES,
].flatMap((examples) => Object.entries(examples));

async function thrownBy(example: Example): Promise<unknown> {
  try {
    await example();
  } catch (error) {
    return error;
  }
  return undefined;
}

describe('the hint for', () => {
  it.each(EXAMPLES)('%s speaks of flags that are taken', async (_, example) => {
    const error = await thrownBy(example);
    expect(error).toBeInstanceOf(RestapleError);
    const flags = Array.from(
      ocspHint(error).matchAll(/(?<![\w-])(--?)([a-zA-Z]\w+(?:-\w+)*)/g),
      ([flag]) => flag,
    );
    const others = flags.filter((flag) => flag.startsWith('--') || !FLAGS.has(flag.slice(1)));
    // With -i, curl shows headers. SHA-1 is a matter of `restaple fetch`.
    expect(others.filter((flag) => flag !== '--allow-sha1')).toEqual([]);
  });
});

describe('where nobody is to be asked', () => {
  it.each([
    ['http://ocsp.test/a', 'http://ocsp.test/a'],
    ['http://ocsp.test/$(id)', "'http://ocsp.test/$(id)'"],
    ["http://ocsp.test/';id", String.raw`'http://ocsp.test/'\'';id'`],
    ['http://ocsp.test/\u001b[2J', String.raw`'http://ocsp.test/\u{1b}[2J'`],
  ])('the URL %j of the certificate can be pasted as %s', (url, word) =>
    withSite(async ({ ocsp, put }) => {
      const { leaf, issuer } = createTestPki({ leaf: { ocspUrls: [url] } });
      await put('domain.crt', certificatesPem(leaf));
      await put('issuer.crt', certificatesPem(issuer));
      const { err } = await ocsp(['-issuer', '@issuer.crt', '-cert', '@domain.crt']);
      expect(err).toMatch(/^restaple: nobody to ask: -url is missing\n/);
      expect(err).toContain(`hint: the certificate names one: -url ${word}; see restaple ocsp -help\n`);
    }),
  );
});
