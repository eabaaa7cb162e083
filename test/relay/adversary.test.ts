/** Clients, responders, disks and clocks that do harm, and what a relay answers all the same. */
import { mkdtempSync, writeFileSync } from 'node:fs';
import { type Server, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, describe, expect, it } from 'vitest';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import type { Question } from '../../src/relay/question.ts';
import { listen } from '../support/loopback.ts';
import { type Responder, type ResponderOptions, startResponder } from '../support/ocsp-responder.ts';
import { testResponse } from '../support/pki.ts';
import { TestClock } from './test-clock.ts';
import { certIDOf, own, pki, question, said, settings, withRelay } from './world.ts';

const HOUR = 3_600_000;
const GONE = 'http://127.0.0.1:9/';
const REVOKED = { type: 'revoked', revocationTime: new Date(), reason: undefined } as const;

const closing: (() => unknown)[] = [];
afterEach(async () => {
  for (const close of closing.splice(0)) await close();
});

async function responder(options: Partial<ResponderOptions> = {}): Promise<Responder> {
  const started = await startResponder({ pki, defaultStatus: { type: 'good' }, ...options });
  closing.push(() => started.close());
  return started;
}

/** Takes connections, and says nothing. */
async function silent(): Promise<string> {
  const sockets = new Set<{ destroy: () => void }>();
  const server: Server = createServer((socket) => sockets.add(socket.on('error', () => {})));
  const port = await listen(server);
  closing.push(() => {
    for (const socket of sockets) socket.destroy();
    return new Promise((done) => server.close(done));
  });
  return `http://127.0.0.1:${port}/`;
}

const serial = (n: number): Buffer => Buffer.from([0x10, n >> 8, n & 0xff]);
const about = (n: number, upstream: string | undefined): Question =>
  question(upstream, { certID: { ...certIDOf(), serialNumber: serial(n) } });
const withNonce = (upstream: string, n: number): Question =>
  question(upstream, { extensions: [encodeNonce(Buffer.alloc(32, n))] });

const credentialsSentTo = ({ requests }: Responder): unknown[] =>
  requests.map(({ headers }) => headers.authorization);

const good = (ageMs = 1000) => {
  const thisUpdate = new Date(Date.now() - ageMs);
  const times = { producedAt: thisUpdate, thisUpdate, nextUpdate: new Date(Date.now() + HOUR) };
  const der = testResponse(pki, { certID: certIDOf(), ...times });
  const { certificate } = pki.leaf;
  const issuer = pki.issuer.certificate;
  return { der, verdict: verifyResponse(der, { certificate, issuer, now: new Date() }), certificate, issuer };
};

const met = (urls: readonly string[]) => ({
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  groups: [{ urls, trusted: true, headers: [] }],
  revoked: undefined,
});

describe('a responder that a client made up', () => {
  it('and that says nothing does not hold up questions for another', async () => {
    const hangs = await silent();
    const { url } = await responder();
    const clock = new TestClock();
    await withRelay(
      async ({ relay }) => {
        const waiting = Array.from({ length: 400 }, (_, n) => relay.answer(about(n, hangs)));
        expect(said(await relay.answer(question(url)))).toBe('good');
        clock.pass(5_000);
        const answers = await Promise.all(waiting);
        expect(new Set(answers.map((answer) => said(answer)))).toEqual(new Set(['tryLater']));
      },
      { clock },
    );
  });

  it('does not hold up those that have answered, in whatever numbers', async () => {
    const { url } = await responder();
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer(question(url)))).toBe('good');
      const hang = await Promise.all(Array.from({ length: 24 }, silent));
      for (const [i, each] of hang.entries())
        for (let n = 0; n < 8; n++) void relay.answer(about(1000 + 8 * i + n, each));
      expect(said(await relay.answer(about(7, url)), { serialNumber: serial(7) })).toBe('good');
    });
  });

  it('and that says nothing does not hold up a nonce for another', async () => {
    const hangs = await silent();
    const { url } = await responder();
    await withRelay(async ({ relay }) => {
      for (let n = 0; n < 64; n++) void relay.answer(withNonce(hangs, n));
      expect(said(await relay.answer(withNonce(url, 99)))).toBe('good');
    });
  });

  it('is given no header that the user wants at his responders', async () => {
    const headers = [['Authorization', 'Basic c2VjcmV0']] as const;
    const [mine, theirs] = [await responder(), await responder()];
    await withRelay(
      async ({ relay }) => {
        relay.met({ ...own('b'), settings: settings({ headers }) }, { ...met([mine.url]) });
        relay.gone('b');
        expect(said(await relay.answer(question(theirs.url)))).toBe('good');
        await relay.answer({ ...withNonce(theirs.url, 1) });
        await relay.answer(about(3, mine.url));
      },
      { issuers: [] },
    );
    expect(credentialsSentTo(theirs)).toEqual([undefined, undefined]);
    expect(credentialsSentTo(mine)).toEqual(['Basic c2VjcmV0']);
  });

  it('does not stay the only one that is asked, when it was the first to pass on a good answer', async () => {
    const clock = new TestClock();
    const mirror = await startResponder({ pki, validityMs: HOUR });
    const real = await responder();
    await withRelay(
      async ({ relay }) => {
        expect(said(await relay.answer(question(mirror.url)))).toBe('good');
        await mirror.close();
        clock.pass(2 * HOUR);
        await expect.poll(async () => said(await relay.answer(question(undefined)))).toBe('tryLater');
        expect(said(await relay.answer(question(real.url)))).toBe('good');
        expect(said(await relay.answer(question(undefined)))).toBe('good');
      },
      { clock },
    );
  });
});

describe('a question of a size that no CA makes', () => {
  it.each([
    ['a serial number', question(GONE, { certID: { ...certIDOf(), serialNumber: Buffer.alloc(65, 1) } })],
    ['a URL', question(`http://127.0.0.1/${'x'.repeat(2000)}`)],
  ])('with %s is unauthorized, and nothing of it stays', async (_, asked) => {
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer(asked))).toBe('unauthorized');
      expect(relay.kept.relayed).toBe(0);
    });
  });

  it('has an answer of such a size neither', async () => {
    const filler = { oid: '1.2.3.4', critical: false, value: Buffer.alloc(40_000) };
    const thisUpdate = new Date(Date.now() - 1000);
    const body = testResponse(pki, {
      certID: certIDOf(),
      producedAt: thisUpdate,
      thisUpdate,
      nextUpdate: new Date(Date.now() + HOUR),
      responseExtensions: [filler],
    });
    const { url } = await responder({ mangle: () => ({ body }) });
    await withRelay(async ({ relay, told }) => {
      expect(said(await relay.answer(question(url)))).toBe('tryLater');
      expect(told).toMatchObject([{ type: 'relay-failed', code: 'der-too-large' }]);
    });
  });
});

describe('what is kept, with its responder down', () => {
  it('is given out to its end, and then nothing, at once', async () => {
    const clock = new TestClock();
    const up = await startResponder({ pki });
    await withRelay(
      async ({ relay }) => {
        const answer = await relay.answer(question(up.url));
        await up.close();
        clock.pass(11.9 * HOUR);
        expect((await relay.answer(question(up.url))).der).toEqual(answer.der);
        clock.pass(0.2 * HOUR);
        await expect.poll(async () => said(await relay.answer(question(up.url)))).toBe('tryLater');
      },
      { clock },
    );
  });

  it('and unknown to it by now is unknown, once the last good answer has ended', async () => {
    const clock = new TestClock();
    const up = await responder({ now: () => new Date(clock.now()) });
    await withRelay(
      async ({ relay }) => {
        const first = await relay.answer(question(up.url));
        up.setStatus(pki.leaf.certificate.serialNumber, { type: 'unknown' });
        clock.pass(11 * HOUR);
        await expect.poll(() => up.requests.length).toBeGreaterThan(1);
        expect((await relay.answer(question(up.url))).der).toEqual(first.der);
        clock.pass(2 * HOUR);
        const now = new Date(clock.now());
        const { certificate } = pki.leaf;
        const options = { certificate, issuer: pki.issuer.certificate, now };
        await expect
          .poll(async () => {
            const { der } = await relay.answer(question(up.url));
            return der.length > 10 && verifyResponse(der, options).certStatus.type;
          })
          .toBe('unknown');
      },
      { clock },
    );
  });
});

describe("a certificate of the keeper's own", () => {
  it('whose keeper is silent keeps one client waiting, and nobody after', async () => {
    const clock = new TestClock();
    await withRelay(
      async ({ relay }) => {
        relay.met(own('a'), met([GONE]));
        const first = relay.answer(question(undefined));
        clock.pass(5_000);
        expect(said(await first)).toBe('tryLater');
        expect(said(await relay.answer(question(undefined)))).toBe('tryLater');
        relay.holds(own('a'), good());
        expect(said(await relay.answer(question(undefined)))).toBe('good');
      },
      { clock },
    );
  });

  it('that goes while somebody waits is waited for no longer', async () => {
    await withRelay(async ({ relay }) => {
      relay.met(own('a'), met([GONE]));
      const waiting = relay.answer(question(undefined));
      relay.gone('a');
      expect(said(await waiting)).toBe('tryLater');
    });
  });

  it('that was asked for before it was met is kept by one of both', async () => {
    const { url } = await responder();
    await withRelay(async ({ relay }) => {
      const answer = await relay.answer(question(url));
      relay.met(own('a'), met([GONE]));
      expect(relay.kept).toEqual({ own: 1, relayed: 0 });
      expect((await relay.answer(question(undefined))).der).toEqual(answer.der);
    });
  });

  it('that was revoked before a restart is not good by an answer of before', async () => {
    const up = await responder({ mangle: () => ({ body: good(HOUR).der }) });
    const revoked = { since: Date.now() - 1000, onHold: false, message: 'revoked' };
    await withRelay(
      async ({ relay }) => {
        relay.met(own('a'), { ...met([up.url]), revoked });
        expect(said(await relay.answer(question(undefined)))).toBe('tryLater');
        const now = await responder();
        now.setStatus(pki.leaf.certificate.serialNumber, REVOKED);
        expect(said(await relay.answer(question(now.url)))).toBe('revoked');
      },
      { issuers: [] },
    );
  });
});

it('a store that takes nothing costs no answer, and no question more', async () => {
  const store = mkdtempSync(join(tmpdir(), 'restaple-relay-'));
  writeFileSync(join(store, 'relay'), 'no directory');
  const { requests, url } = await responder();
  await withRelay(
    async ({ relay }) => {
      const answer = await relay.answer(question(url));
      expect(said(answer)).toBe('good');
      await expect.poll(() => relay.kept.relayed).toBe(1);
      expect((await relay.answer(question(url))).der).toEqual(answer.der);
      expect(requests).toHaveLength(1);
    },
    { store },
  );
});

it('a clock that is set back lengthens no pause', async () => {
  const clock = new TestClock();
  let isDown = true;
  const up = await responder({ mangle: (der) => (isDown ? { status: 503, body: '' } : der) });
  await withRelay(
    async ({ relay }) => {
      expect(said(await relay.answer(question(up.url)))).toBe('tryLater');
      isDown = false;
      clock.error = -240_000;
      expect(said(await relay.answer(question(up.url)))).toBe('tryLater');
      clock.pass(6_000);
      expect(said(await relay.answer(question(up.url)))).toBe('good');
    },
    { clock },
  );
});

it('its end does not wait for a responder, and leaves nobody waiting', async () => {
  const hangs = await silent();
  await withRelay(async ({ relay, told }) => {
    relay.met(own('a'), {
      ...met([GONE]),
      certificate: { ...pki.leaf.certificate, serialNumber: serial(1) },
    });
    const waiting = [
      relay.answer(question(hangs)),
      relay.answer(about(1, undefined)),
      relay.answer(withNonce(hangs, 1)),
    ];
    await relay.stop();
    const answers = await Promise.all(waiting);
    expect(answers.map((answer) => said(answer))).toEqual(['tryLater', 'tryLater', 'tryLater']);
    expect(told).toEqual([]);
  });
});
