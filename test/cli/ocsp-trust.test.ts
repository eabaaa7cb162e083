/** Whom the flags trust to have signed a response. */
import { mkdir, rename } from 'node:fs/promises';
import { describe, expect, it } from 'vitest';
import { alterResponse, flipBit } from '../support/alter.ts';
import { certificatesPem } from '../support/files.ts';
import { createTestPki, singleResponse, testResponse } from '../support/pki.ts';
import { QUESTION, type Site, UPDATES, pki, withSite } from './ocsp-helper.ts';

const byDelegate = testResponse(pki);
const withoutCerts = testResponse(pki, { certs: [] });
const byIssuer = testResponse(pki, { signer: pki.issuer });
const byStranger = testResponse(pki, { signer: pki.strangerDelegate });
const forged = alterResponse(byDelegate, ({ signature }) => ({ signature: flipBit(signature) }));

const judge = ({ ocsp, put }: Site, response: Buffer, flags: readonly string[]) =>
  put('r.der', response).then(() => ocsp([...QUESTION, '-respin', '@r.der', ...flags]));

describe('verified', () => {
  it.each<[string, Buffer, string[]]>([
    ['a delegate, without any CA file', byDelegate, []],
    ['a delegate, by a root that the issuer leads to', byDelegate, ['-CAfile', '@root.crt']],
    ['the issuer, by its own certificate as CA file', byIssuer, ['-CAfile', '@issuer.crt', '-partial_chain']],
    ['a delegate that the response does not bring', withoutCerts, ['-verify_other', '@delegate.crt']],
    [
      'the same, with those of the response left out',
      byDelegate,
      ['-no_intern', '-verify_other', '@delegate.crt'],
    ],
    ['a stranger that is trusted by name', byStranger, ['-VAfile', '@other.crt']],
    ['the same in two flags', byStranger, ['-verify_other', '@other.crt', '-trust_other']],
    [
      'a stranger that is trusted by name, whatever the CA file',
      byStranger,
      ['-VAfile', '@other.crt', '-CAfile', '@root.crt'],
    ],
    [
      'flags that change nothing',
      byDelegate,
      ['-no_chain', '-no_explicit', '-no-CAfile', '-no-CApath', '-no-CAstore'],
    ],
  ])('%s', (_, response, flags) =>
    withSite(async (site) => {
      await site.put('other.crt', certificatesPem(pki.strangerDelegate));
      expect(await judge(site, response, flags)).toMatchObject({
        exitCode: 0,
        out: `domain.crt: good\n${UPDATES}`,
        err: 'Response verify OK\n',
      });
    }),
  );

  it('by a directory of CA certificates', () =>
    withSite(async (site) => {
      await mkdir(site.path('cas'));
      await rename(site.path('root.crt'), site.path('cas/root.crt'));
      expect(await judge(site, byDelegate, ['-CApath', '@cas'])).toMatchObject({ exitCode: 0 });
    }));
});

describe('refused', () => {
  it.each<[string, Buffer, string[], string]>([
    ['a forged response', forged, [], 'ecdsa-with-SHA256 signature does not verify'],
    ['a stranger', byStranger, [], 'was issued by O=Restaple Test, CN=Stranger, not by'],
    ['a stranger that is only looked at', byStranger, ['-verify_other', '@other.crt'], 'not by'],
    [
      'a delegate that nobody has',
      withoutCerts,
      [],
      'which is not the issuer, and the response carries no certificate',
    ],
    [
      'the delegate of the response, when that is left out',
      byDelegate,
      ['-no_intern'],
      'which is not the issuer',
    ],
    [
      'an issuer that leads elsewhere',
      byDelegate,
      ['-CAfile', '@stranger.crt'],
      'leads to no certificate of -CAfile or -CApath: no certificate of O=Restaple Test, CN=Test Root is given',
    ],
    [
      'the same when it signed itself',
      byIssuer,
      ['-CAfile', '@stranger.crt'],
      'leads to no certificate of -CAfile',
    ],
    [
      'a bad signature of somebody trusted',
      forged,
      ['-VAfile', '@delegate.crt'],
      'signature does not verify',
    ],
    ['a bad signature, whoever may have made it', forged, ['-no_cert_verify'], 'signature does not verify'],
  ])('%s', (_, response, flags, reason) =>
    withSite(async (site) => {
      await site.put('other.crt', certificatesPem(pki.strangerDelegate));
      const run = await judge(site, response, flags);
      expect(run).toMatchObject({ exitCode: 65, out: 'domain.crt: ERROR: Response not verified.\n' });
      expect(run.err).toMatch('Response Verify Failure\nrestaple: ');
      expect(run.err).toMatch(reason);
      expect(run.err).not.toMatch(/--\w/);
    }),
  );

  it('a file of trusted certificates that is not there, before anybody is asked', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp([...QUESTION, '-url', 'http://127.0.0.1:1/', '-VAfile', '@none.crt']);
      expect(run).toMatchObject({ exitCode: 66, out: '' });
      expect(run.err).toMatch(
        /^restaple: none.crt: cannot be read: no such file or directory \(ENOENT\)\nhint: /,
      );
    }));

  it('a CA certificate that did not issue it', () =>
    withSite(async ({ ocsp }) => {
      const run = await ocsp(['-issuer', '@stranger.crt', '-cert', '@domain.crt', '-reqout', '@q.der']);
      expect(run).toMatchObject({ exitCode: 65, out: '' });
      expect(run.err).toMatch(
        'the given issuer is O=Restaple Test, CN=Stranger\nhint: give the CA certificate',
      );
    }));

  it('-serial of a file with several CA certificates', () =>
    withSite(async ({ ocsp, put }) => {
      await put('two.crt', certificatesPem(pki.issuer, pki.root));
      const run = await ocsp(['-issuer', '@two.crt', '-serial', '7', '-reqout', '@q.der']);
      expect(run).toMatchObject({ exitCode: 65 });
      expect(run.err).toMatch(
        'two.crt: 2 CA certificates in it, and -serial does not say of which one the number is',
      );
    }));
});

describe('what may not be verified', () => {
  it('-no_cert_verify takes whoever signed, and warns', () =>
    withSite(async (site) => {
      expect(await judge(site, byStranger, ['-no_cert_verify'])).toMatchObject({
        exitCode: 0,
        out: `domain.crt: good\n${UPDATES}`,
        err:
          'restaple: WARNING: -no_cert_verify: anybody can have signed this response\n' +
          'Response verify OK\n',
      });
    }));

  it('-noverify is silent about what would verify, and warns of what would not', () =>
    withSite(async (site) => {
      expect(await judge(site, byDelegate, ['-noverify'])).toMatchObject({ exitCode: 0, err: '' });
      const run = await judge(site, forged, ['-noverify']);
      expect(run).toMatchObject({ exitCode: 0, out: `domain.crt: good\n${UPDATES}` });
      expect(run.err).toMatch(
        /^restaple: WARNING: -noverify: the response does not verify: ecdsa-with-SHA256 signature does not verify.*\n$/,
      );
    }));

  it('a response alone about too many is refused', () =>
    withSite(async ({ ocsp, put }) => {
      const responses = Array.from({ length: 101 }, (_, i) => {
        const single = singleResponse(pki);
        return { ...single, certID: { ...single.certID, serialNumber: Buffer.of(i) } };
      });
      await put('r.der', testResponse(pki, { responses }));
      expect(await ocsp(['-respin', '@r.der', '-noverify'])).toMatchObject({
        exitCode: 64,
        out: '',
        err:
          'restaple: about 101 certificates, more than 100: name those that are meant with -cert or -serial\n' +
          'hint: restaple ocsp -help lists the flags\n',
      });
      const one = await ocsp(['-issuer', '@issuer.crt', '-serial', '100', '-respin', '@r.der']);
      expect(one).toMatchObject({ exitCode: 0, out: `100: good\n${UPDATES}` });
    }));

  it('a response alone is judged for each certificate in it', () =>
    withSite(async ({ ocsp, put }) => {
      const other = createTestPki({ leaf: { serial: 0x77 } });
      await put('r.der', testResponse(other, { certStatus: { type: 'unknown' } }));
      const unknown = `0x77: unknown\n${UPDATES}`;
      expect(await ocsp(['-respin', '@r.der', '-noverify'])).toMatchObject({ exitCode: 1, out: unknown });
      expect(await ocsp(['-respin', '@r.der', '-issuer', '@issuer.crt'])).toMatchObject({
        exitCode: 1,
        out: unknown,
      });
      const run = await ocsp(['-respin', '@r.der']);
      expect(run).toMatchObject({ exitCode: 69, out: '0x77: ERROR: Response not verified.\n' });
      expect(run.err).toMatch('restaple: no -issuer is that of 0x77\nhint: give the CA certificate');
    }));
});
