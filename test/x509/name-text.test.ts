import { describe, expect, it } from 'vitest';
import { formatName } from '../../src/x509/name.ts';
import { nameKey } from '../../src/x509/name-text.ts';
import { name } from '../../src/demo/pki/name.ts';

const R3 = nameKey("C=US, O=Let's Encrypt, CN=R3");

describe('nameKey', () => {
  it.each([
    ["CN=R3,O=Let's Encrypt,C=US"],
    ["C = US, O = Let's Encrypt, CN = R3"],
    ["cn=r3 + o=let's  encrypt,c=us"],
    ["  CN=R3, O=Let's Encrypt , C=US "],
  ])('takes %j for the same name', (text) => {
    expect(R3).toBeDefined();
    expect(nameKey(text)).toBe(R3);
  });

  it.each([["CN=R4,O=Let's Encrypt,C=US"], ["CN=R3,O=Let's Encrypt"], ["CN=R3,O=Let's Encrypt,C=US,C=US"]])(
    'takes %j for another',
    (text) => {
      expect(nameKey(text)).toBeDefined();
      expect(nameKey(text)).not.toBe(R3);
    },
  );

  it.each(['', ' ', 'R3', 'CN=', '=R3', 'CN=R3,', 'CN=R3,,C=US', ',CN=R3', 'CN=R3\\', 'C N=R3', '1.=R3'])(
    'does not read %j',
    (text) => {
      expect(nameKey(text)).toBeUndefined();
    },
  );

  it.each([
    ['C = US, O = "Ex, Inc", CN = R3', 'CN=R3,O=Ex\\, Inc,C=US'],
    ['O = "A + \\"B\\" C"', 'O=A \\+ \\"B\\" C'],
    ['CN = say "x" twice', 'CN=say "x" twice'],
  ])('takes %j as openssl prints it for %j', (printed, text) => {
    expect(nameKey(printed)).toBeDefined();
    expect(nameKey(printed)).toBe(nameKey(text));
  });

  it('reads what formatName prints, whatever stands in the name', () => {
    const hostile = name([
      ['O', 'A, CN=evil + B=C \\'],
      ['CN', 'x'],
    ]);
    const other = name([
      ['O', 'A'],
      ['CN', 'evil + B=C \\'],
      ['CN', 'x'],
    ]);
    expect(nameKey(formatName(hostile))).toBeDefined();
    expect(nameKey(formatName(hostile))).not.toBe(nameKey(formatName(other)));
  });
});
