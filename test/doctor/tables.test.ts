/** What is kept by the name of an issuer, and commands that a shell can take. */
import { describe, expect, it } from 'vitest';
import { name } from '../../src/demo/pki/name.ts';
import { Commands } from '../../src/doctor/commands.ts';
import { knownResponder } from '../../src/doctor/known-responders.ts';
import { retiredCa } from '../../src/doctor/retired-cas.ts';

const issuer = (organization: string, commonName: string): Buffer =>
  name([
    ['O', organization],
    ['CN', commonName],
  ]);

describe('CAs that turned OCSP off', () => {
  it.each([
    ["Let's Encrypt", 'E7', '2025-08-06'],
    ['Google Trust Services', 'WR1', 'the second half of 2025'],
    ['Google Trust Services LLC', 'GTS CA 1D4', 'the second half of 2025'],
    ['Hellenic Academic and Research Institutions CA', 'GEANT TLS RSA 1', '2026-03-02'],
  ])('%s, %s: %s', (organization, commonName, since) => {
    expect(retiredCa(issuer(organization, commonName))).toMatchObject({
      since,
      source: expect.stringMatching(/^https:/),
    });
  });

  it.each([
    ['Sectigo Limited', "Let's Encrypt"],
    ["Not Let's Encrypt", 'R11'],
    ["A, O=Let's Encrypt", 'R11'],
  ])('and not %s, %s', (organization, commonName) => {
    expect(retiredCa(issuer(organization, commonName))).toBeUndefined();
  });
});

it('knows a responder by the whole name of its issuer', () => {
  expect(knownResponder(issuer('GlobalSign nv-sa', 'AlphaSSL CA - SHA256 - G2'))?.url).toBe(
    'http://ocsp2.globalsign.com/gsalphasha2g2',
  );
  expect(knownResponder(issuer('GlobalSign nv-sa', 'AlphaSSL CA - SHA256 - G4'))).toBeUndefined();
});

describe('a command', () => {
  const commands = new Commands(
    { target: { kind: 'file', path: "it's $(here).crt" } },
    { typed: [['--url', 'http://a/'], ['--header', 'Host: a'], ['--allow-sha1']] },
  );

  it('keeps what was typed, and is safe to paste', () => {
    expect(commands.fetch(['--method', 'post'])).toBe(
      `restaple fetch 'it'\\''s $(here).crt' --url http://a/ --header 'Host: a' --allow-sha1 --method post`,
    );
  });

  it('leaves out what it replaces', () => {
    expect(commands.fetch(['--header', 'Host: b'], ['--url'])).toBe(
      `restaple fetch 'it'\\''s $(here).crt' --allow-sha1 --header 'Host: b'`,
    );
  });
});
