/** restaple-h2o as h2o and nghttpx call it: argument or standard input, exit code, and what stands on standard output. */
import { mkdir, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it, vi } from 'vitest';
import { answer } from '../../src/cli/h2o/answer.ts';
import { keyOf } from '../../src/keeper/files/certificates.ts';
import { StapleStore } from '../../src/store/staple-store.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { NOW, type TestPki, createTestPki, shift, testResponse } from '../support/pki.ts';

const MINUTE = 60_000;
let responder: Responder;
let pki: TestPki;
let mangled: Buffer | undefined;

beforeAll(async () => {
  responder = await startResponder({
    pki: createTestPki(),
    now: () => shift(NOW, -MINUTE),
    mangle: (der) => mangled ?? der,
  });
  pki = createTestPki({ leaf: { ocspUrls: [responder.url] } });
});
afterAll(() => responder.close());
afterEach(() => vi.unstubAllEnvs());
beforeEach(() => {
  mangled = undefined;
  responder.setStatus(pki.leaf.certificate.serialNumber, { type: 'good' });
});

const GARBAGE = Buffer.from('<html>gone</html>');
const kept = (thisAgo: number, left: number, more = {}): Buffer =>
  testResponse(pki, { thisUpdate: shift(NOW, -thisAgo), nextUpdate: shift(NOW, left), ...more });

interface Called {
  readonly code: number;
  readonly der: Buffer;
  readonly err: string;
  readonly asked: number;
}

interface Call {
  /** What lies in the store of the keeper. */
  readonly staple?: Buffer | undefined;
  readonly args?: readonly string[];
  /** The chain comes on standard input. */
  readonly piped?: boolean;
  readonly pem?: string;
  readonly temporary?: string;
}

/** Calls it with a store and a certificate file. */
function call({ staple, args = [], piped = false, pem, temporary }: Call = {}): Promise<Called> {
  return withTempDir(async (dir) => {
    const cert = join(dir, 'site.pem');
    const chain = pem ?? certificatesPem(pki.leaf, pki.issuer);
    await writeFile(cert, chain);
    if (piped) await rm(cert);
    const path = new StapleStore(dir).staplePath(keyOf(pki.leaf.certificate));
    if (staple) await mkdir(dirname(path), { recursive: true });
    if (staple) await writeFile(path, staple);
    if (temporary !== undefined) vi.stubEnv('TMPDIR', temporary);
    const out: Buffer[] = [];
    let err = '';
    const before = responder.requests.length;
    const options = ['--store', dir, '--allow-private', '--retries', '0', ...args];
    const code = await answer(piped ? options : [...options, cert], {
      input: () => [Buffer.from(piped ? chain : '')],
      out: (text) => void out.push(Buffer.from(text)),
      err: (text) => void (err += text),
      terminal: false,
      colorOut: false,
      colorErr: false,
      columnsOut: undefined,
      rowsOut: undefined,
      // h2o may have been started with nothing at all.
      env: {},
      now: () => NOW,
    });
    return { code, der: Buffer.concat(out), err, asked: responder.requests.length - before };
  });
}

describe.each([
  ['the file as an argument', false],
  ['the chain on standard input', true],
])('with %s', (_, piped) => {
  it('gives what the keeper keeps, and asks nobody', async () => {
    const staple = kept(3 * 3_600_000, 9 * 3_600_000);
    expect(await call({ staple, piped })).toEqual({ code: 0, der: staple, err: '', asked: 0 });
  });

  it('fetches where no keeper has one', async () => {
    const { code, der, asked } = await call({ piped });
    expect({ code, asked }).toEqual({ code: 0, asked: 1 });
    expect(der.length).toBeGreaterThan(200);
  });

  it('gives what the keeper keeps also where the disk for temporary files is no use', async () => {
    const staple = kept(3 * 3_600_000, 9 * 3_600_000);
    expect(await call({ staple, piped, temporary: '/nonexistent' })).toEqual({
      code: 0,
      der: staple,
      err: '',
      asked: 0,
    });
  });

  it('says "keep" when nobody has one', async () => {
    mangled = GARBAGE;
    const { code, der, err } = await call({ piped });
    expect({ code, size: der.length }).toEqual({ code: 75, size: 0 });
    expect(err).toContain('hint:');
  });
});

describe('a staple of the store', () => {
  it.each([
    ['ended', -MINUTE],
    ['ends before the server asks again', 9 * MINUTE],
  ])('that %s is taken from the server by an empty answer', async (_, left) => {
    mangled = GARBAGE;
    const { code, der, err } = await call({ staple: kept(7 * 3_600_000, left) });
    expect({ code, size: der.length }).toEqual({ code: 0, size: 0 });
    expect(err).toContain('the staple that was kept has ended, so none is given');
  });

  it('that ended gives way to a fetched one', async () => {
    const staple = kept(7 * 3_600_000, -MINUTE);
    const { code, der } = await call({ staple });
    expect(code).toBe(0);
    expect(der.equals(staple)).toBe(false);
    expect(der.length).toBeGreaterThan(200);
  });

  it.each([
    ['is forged', () => kept(MINUTE, 600 * MINUTE, { signer: pki.strangerDelegate })],
    ['says revoked', () => kept(MINUTE, 600 * MINUTE, { certStatus: revoked })],
    ['is rubbish', () => Buffer.from('0 rubbish')],
  ])('that %s is not given, and proves nothing', async (_, staple) => {
    mangled = GARBAGE;
    const { code, der } = await call({ staple: staple() });
    expect({ code, size: der.length }).toEqual({ code: 75, size: 0 });
  });
});

const revoked = { type: 'revoked', revocationTime: shift(NOW, -MINUTE), reason: 1 } as const;

describe('exit code 75, which costs a server nothing, stands for', () => {
  it('a revoked certificate', async () => {
    responder.setStatus(pki.leaf.certificate.serialNumber, revoked);
    expect(await call()).toMatchObject({ code: 75, der: Buffer.alloc(0) });
  });

  it('a response that a cache kept to its last minutes', async () => {
    mangled = kept(12 * 3_600_000, 5 * MINUTE);
    const { code, der, err } = await call();
    expect({ code, size: der.length }).toEqual({ code: 75, size: 0 });
    expect(err).toContain('too near its end');
  });

  it.each([
    ['a damaged certificate', { pem: '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n' }],
    ['a file without a certificate', { pem: 'none' }],
    ['an issuer that is another one', { args: ['--issuer', '/nonexistent/ca.pem'] }],
    ['a wrapper with a wrong option', { args: ['--isuer', 'x'] }],
  ])('%s', async (_, options) => {
    const { code, der, err } = await call(options);
    expect({ code, size: der.length }).toEqual({ code: 75, size: 0 });
    expect(err).toMatch(/^restaple: .*\nhint: /);
  });

  it('a file that is not there', () =>
    withTempDir(async (dir) => {
      const { code } = await call({ args: [join(dir, 'missing.pem')] });
      expect(code).toBe(75);
    }));
});
