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

describe('a responder that certificates of an issuer named', () => {
  it.each([
    ['GlobalSign nv-sa', 'AlphaSSL CA - SHA256 - G2', 'http://ocsp2.globalsign.com/gsalphasha2g2'],
    ['GlobalSign nv-sa', 'GlobalSign GCC R3 DV TLS CA 2020', 'http://ocsp.globalsign.com/gsgccr3dvtlsca2020'],
    ['Sectigo Limited', 'Sectigo ECC Domain Validation Secure Server CA', 'http://ocsp.sectigo.com'],
    ['Sectigo Limited', 'Sectigo Public Server Authentication CA DV E36', 'http://ocsp.sectigo.com'],
    ['DigiCert Inc', 'DigiCert Global G2 TLS RSA SHA256 2020 CA1', 'http://ocsp.digicert.com'],
  ])('%s, %s', (organization, commonName, url) => {
    expect(knownResponder(issuer(organization, commonName))).toMatchObject({
      url,
      seen: expect.stringMatching(/^\d{4}-\d\d-\d\d$/),
      source: expect.stringMatching(/^the certificate of /),
    });
  });

  it('is known by the whole name of the issuer', () => {
    expect(knownResponder(issuer('GlobalSign nv-sa', 'AlphaSSL CA - SHA256 - G4'))).toBeUndefined();
  });
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

  it('keeps the headers and hosts that another does not replace', () => {
    const typed = [
      ['--header', 'X-Key: a'],
      ['--header', 'host: a'],
      ['--allow-host', 'a'],
    ] as const;
    const more = new Commands({ target: { kind: 'file', path: '-a.crt' } }, { typed });
    expect(more.fetch(['--header', 'Host: b', '--allow-host', 'b'])).toBe(
      "restaple fetch ./-a.crt --header 'X-Key: a' --allow-host a --header 'Host: b' --allow-host b",
    );
  });

  it('leaves out what it replaces', () => {
    expect(commands.fetch(['--header', 'Host: b'], ['--url'])).toBe(
      `restaple fetch 'it'\\''s $(here).crt' --allow-sha1 --header 'Host: b'`,
    );
  });
});
