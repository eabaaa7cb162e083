/** -CAfile: the way from the issuer to a certificate that is trusted, and everything that is none. */
import { describe, expect, it } from 'vitest';
import { unanchored } from '../../src/cli/ocsp/anchored.ts';
import {
  type Entity,
  type EntityOptions,
  createIntermediate,
  createRoot,
} from '../../src/demo/pki/entity.ts';
import { basicConstraints, extension, keyUsage } from '../../src/demo/pki/extensions.ts';
import { name } from '../../src/demo/pki/name.ts';
import { OID } from '../../src/x509/oids.ts';
import { testKeys } from '../support/keys.ts';
import { NOW, shift } from '../support/pki.ts';

const DAY_MS = 86_400_000;

const ca = (commonName: string, index: number, own: Partial<EntityOptions> = {}): EntityOptions => ({
  name: name([['CN', commonName]]),
  keys: testKeys('p256', index),
  serial: index + 1,
  notBefore: shift(NOW, -DAY_MS),
  notAfter: shift(NOW, DAY_MS),
  extensions: [basicConstraints(true), keyUsage(['keyCertSign'])],
  ...own,
});

const root = createRoot(ca('Root', 0));
const upper = createIntermediate(root, ca('Upper', 1));
const issuer = createIntermediate(upper, ca('Issuer', 2));

const why = (from: Entity, anchors: readonly Entity[], between: readonly Entity[] = []): string | undefined =>
  unanchored(from.certificate, {
    anchors: anchors.map(({ certificate }) => certificate),
    between: between.map(({ certificate }) => certificate),
    now: NOW,
  });

describe('leads there', () => {
  it.each<[string, Entity, Entity[], Entity[]]>([
    ['the issuer itself', issuer, [issuer], []],
    ['the one above it, no root', issuer, [upper], []],
    ['a root, over one between', issuer, [root], [upper]],
    ['a root, with all in one file', issuer, [root, upper], []],
    ['the right one of two of the same name', upper, [createRoot(ca('Root', 5)), root], []],
    [
      'one of several ways',
      issuer,
      [root],
      [createIntermediate(root, ca('Upper', 1, { notAfter: NOW })), upper],
    ],
  ])('%s', (_, from, anchors, between) => {
    expect(why(from, anchors, between)).toBeUndefined();
  });
});

describe('does not', () => {
  const middle = (own: Partial<EntityOptions>): Entity => createIntermediate(root, ca('Upper', 1, own));
  const critical = extension(OID.nameConstraints, Buffer.from('3000', 'hex'), true);

  it.each<[string, Entity[], Entity[], string]>([
    ['a stranger', [createRoot(ca('Stranger', 6))], [upper], 'no certificate of CN=Root is given'],
    ['a gap', [root], [], 'no certificate of CN=Upper is given'],
    [
      'a namesake with another key',
      [root],
      [middle({ keys: testKeys('p256', 7) })],
      'CN=Upper did not sign the one below it: ecdsa-with-SHA256 signature does not verify',
    ],
    [
      'one that has ended',
      [root],
      [middle({ notAfter: NOW })],
      'CN=Upper is valid from 2026-02-24T12:00:00Z to 2026-02-25T12:00:00Z, not at 2026-02-25T12:00:00Z',
    ],
    ['one that is no CA', [root], [middle({ extensions: [basicConstraints(false)] })], 'CN=Upper is no CA'],
    ['one that does not say', [root], [middle({ extensions: [] })], 'CN=Upper is no CA'],
    [
      'one that may not sign certificates',
      [root],
      [middle({ extensions: [basicConstraints(true), keyUsage(['cRLSign'])] })],
      'CN=Upper may not sign certificates',
    ],
    [
      'one that allows no CA below it',
      [root],
      [middle({ extensions: [basicConstraints(true, 0)] })],
      'CN=Upper allows 0 CA certificates below it, there are 1',
    ],
    [
      'one with constraints that are not looked at',
      [root],
      [middle({ extensions: [basicConstraints(true), critical] })],
      'CN=Upper has the critical extension nameConstraints, which is not taken into account',
    ],
  ])('%s', (_, anchors, between, reason) => {
    expect(why(issuer, anchors, between)).toBe(reason);
  });

  it('a circle', () => {
    const [a, b] = [ca('A', 3), ca('B', 4)];
    const first = createIntermediate(createRoot(b), a);
    const second = createIntermediate(createRoot(a), b);
    expect(why(first, [root], [second, first])).toBe('no certificate of CN=A is given');
  });

  it('more than eight', () => {
    const chain = [createRoot(ca('0', 0))];
    for (let i = 1; i <= 8; i++) {
      const parent = chain.at(-1);
      if (parent) chain.push(createIntermediate(parent, ca(String(i), i % 4)));
    }
    const [top, ...rest] = chain;
    const last = rest.pop();
    if (!top || !last) throw new Error('the chain is there');
    expect(why(last, [top], rest)).toBe('no certificate of CN=0 is given');
    expect(why(rest.at(-1) ?? last, [top], rest)).toBeUndefined();
  });
});
