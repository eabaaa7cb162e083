/** What a relay answers, to whom it turns, and what it never passes on. Real sockets behind it, none before. */
import { afterEach, describe, expect, it } from 'vitest';
import { type CertID, createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import {
  createRequest,
  decodeOCSPRequest,
  encodeOCSPRequest,
  encodeTBSRequest,
} from '../../src/ocsp/ocsp-request.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import type { Question } from '../../src/relay/question.ts';
import {
  type Reply,
  type Responder,
  type ResponderOptions,
  startResponder,
} from '../support/ocsp-responder.ts';
import { testResponse } from '../support/pki.ts';
import { certIDOf, own, pki, question, said, settings, withRelay } from './world.ts';

const responders: Responder[] = [];
afterEach(async () => {
  await Promise.all(responders.splice(0).map((one) => one.close()));
});

async function responder(options: Partial<ResponderOptions> = {}): Promise<Responder> {
  const started = await startResponder({ pki, ...options });
  responders.push(started);
  return started;
}

const GONE = 'http://127.0.0.1:9/';
const REVOKED = { type: 'revoked', revocationTime: new Date(), reason: undefined } as const;
const ON_HOLD = { ...REVOKED, reason: 6 } as const;

/** A response about the leaf that holds now. */
const response = (ageMs: number, overrides: Parameters<typeof testResponse>[1] = {}): Buffer =>
  testResponse(pki, {
    certID: certIDOf(),
    producedAt: new Date(Date.now() - ageMs),
    thisUpdate: new Date(Date.now() - ageMs),
    nextUpdate: new Date(Date.now() - ageMs + 86_400_000),
    ...overrides,
  });

const verified = (der: Buffer) => ({
  der,
  verdict: verifyResponse(der, {
    certificate: pki.leaf.certificate,
    issuer: pki.issuer.certificate,
    now: new Date(),
  }),
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
});

const met = (urls: readonly string[]) => ({
  certificate: pki.leaf.certificate,
  issuer: pki.issuer.certificate,
  groups: [{ urls, trusted: true, headers: [] }],
  revoked: undefined,
});

describe('a question that nobody asked before', () => {
  it('is asked once for all who ask, and then answered from memory', async () => {
    const { requests, url } = await responder();
    await withRelay(async ({ relay, told }) => {
      const answers = await Promise.all(Array.from({ length: 50 }, () => relay.answer(question(url))));
      expect(new Set(answers.map((answer) => said(answer)))).toEqual(new Set(['good']));
      expect(requests).toHaveLength(1);
      expect(relay.find(question(url))?.answer).toBe(answers[0]);
      expect(relay.find(question(undefined))?.answer).toBe(answers[0]);
      expect(told.map(({ type }) => type)).toEqual(['relay-met']);
      expect(relay.kept).toEqual({ own: 0, relayed: 1 });
    });
  });

  it.each(['sha1', 'sha256', 'sha384', 'sha512'] as const)(
    'is asked by the %s of the client',
    async (hash) => {
      const { url, requests } = await responder();
      await withRelay(async ({ relay }) => {
        expect(said(await relay.answer(question(url, { certID: certIDOf(hash) })))).toBe('good');
        expect(requests.at(-1)?.ocsp).toEqual(createRequest(certIDOf(hash)));
      });
    },
  );

  it.each<[string, Reply | ((der: Buffer) => Buffer | Reply), string]>([
    ['a page', { body: '<html>', headers: { 'Content-Type': 'text/html' } }, 'tryLater'],
    ['an error of the server', { status: 500, body: '' }, 'tryLater'],
    ['403 for a Host it does not know', { status: 403, body: 'Forbidden' }, 'tryLater'],
    ['garbage', { body: Buffer.alloc(300, 0x30) }, 'tryLater'],
    ['tryLater', { body: Buffer.from('30030a0103', 'hex') }, 'tryLater'],
    ['unauthorized', { body: Buffer.from('30030a0106', 'hex') }, 'unauthorized'],
    ['a changed byte', (der) => Buffer.from(der.with(der.length - 5, (der.at(-5) ?? 0) ^ 1)), 'tryLater'],
    ['a stranger as signer', { body: response(1000, { signer: pki.strangerDelegate }) }, 'tryLater'],
    ['an expired response', { body: response(2 * 86_400_000) }, 'tryLater'],
    [
      'an answer about another certificate',
      { body: response(1000, { certID: { ...certIDOf(), serialNumber: Buffer.from([9]) } }) },
      'tryLater',
    ],
  ])('is answered by nobody: %s', async (_, reply, expected) => {
    const { requests, url } = await responder({
      mangle: (der) => (typeof reply === 'function' ? reply(der) : reply),
    });
    await withRelay(async ({ relay, told }) => {
      expect(said(await relay.answer(question(url)))).toBe(expected);
      expect(relay.find(question(url))?.answer).toBeUndefined();
      expect(told.map(({ type }) => type)).toEqual(['relay-failed']);
      const asked = requests.length;
      expect(said(await relay.answer(question(url)))).toBe(expected);
      // Who asks again at once costs the responder nothing.
      expect(requests).toHaveLength(asked);
      expect(told).toHaveLength(1);
    });
  });

  it('of a certificate that the responder does not know is told so, and not kept', async () => {
    const { url, requests } = await responder();
    const certID = { ...certIDOf(), serialNumber: Buffer.from([0x55]) };
    await withRelay(async ({ relay }) => {
      const answer = await relay.answer(question(url, { certID }));
      expect(said(answer, certID)).toBe('unknown');
      expect(answer.life?.validUntil).toBeLessThanOrEqual(Date.now() + 60_000);
      await relay.answer(question(url, { certID }));
      expect(requests).toHaveLength(1);
      expect(relay.kept.relayed).toBe(0);
    });
  });

  it.each<[string, Question, Parameters<typeof withRelay>[1]]>([
    ['whose issuer nobody knows', question(GONE), { issuers: [] }],
    ['that names no responder, nor does anybody else', question(undefined), {}],
    [
      'by a hash that is none of ours',
      question(GONE, {
        certID: { ...certIDOf(), hashAlgorithm: { algorithm: '1.2.840.113549.2.5', parameters: undefined } },
      }),
      {},
    ],
  ])('%s is unauthorized', async (_, asked, options) => {
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer(asked))).toBe('unauthorized');
    }, options);
  });

  it('goes to the responder that the user names, whatever the client says', async () => {
    const { url } = await responder();
    await withRelay(
      async ({ relay }) => {
        expect(said(await relay.answer(question(GONE)))).toBe('good');
      },
      { settings: settings({ urls: [url] }) },
    );
  });

  it('leads nowhere inside unless the user allows it', async () => {
    const { requests, url } = await responder();
    const { createHttpClient } = await import('../../src/http/client.ts');
    await withRelay(
      async ({ relay, told }) => {
        expect(said(await relay.answer(question(url)))).toBe('tryLater');
        expect(told).toMatchObject([{ type: 'relay-failed', code: 'address-refused' }]);
        expect(requests).toHaveLength(0);
      },
      { settings: settings({ client: createHttpClient({ userAgent: 'test' }) }) },
    );
  });

  it('to a responder that a stranger made up does not spoil it for others', async () => {
    const bad = await responder({ mangle: () => ({ status: 404, body: '' }) });
    const { url } = await responder();
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer(question(bad.url)))).toBe('tryLater');
      expect(said(await relay.answer(question(url)))).toBe('good');
      expect(said(await relay.answer(question(bad.url)))).toBe('good');
    });
  });
});

describe('a certificate that is revoked', () => {
  it('is passed on as that', async () => {
    const up = await responder();
    up.setStatus(pki.leaf.certificate.serialNumber, REVOKED);
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer(question(up.url)))).toBe('revoked');
      expect(relay.find(question(up.url))?.answer?.life?.validUntil).toBeGreaterThan(Date.now());
    });
  });

  it('is not good again, however new the answer that says so', async () => {
    await withRelay(async ({ relay }) => {
      const subject = own('a');
      relay.met(subject, met([GONE]));
      relay.heard(subject, verified(response(60_000, { certStatus: REVOKED })));
      const good = await responder();
      const asked = { ...question(good.url), ...withNonce() };
      expect(said(await relay.answer(asked))).toBe('revoked');
      expect(said(await relay.answer(question(good.url)))).toBe('revoked');
    });
  });

  it('may come back from a hold', async () => {
    await withRelay(async ({ relay }) => {
      const subject = own('a');
      relay.met(subject, met([GONE]));
      relay.heard(subject, verified(response(60_000, { certStatus: ON_HOLD })));
      expect(said(await relay.answer(question(undefined)))).toBe('revoked');
      relay.holds(subject, verified(response(1000)));
      expect(said(await relay.answer(question(undefined)))).toBe('good');
    });
  });
});

describe("a certificate of the keeper's own", () => {
  it('is answered with the bytes that it holds, the newest', async () => {
    await withRelay(async ({ relay }) => {
      const subject = own('a');
      relay.met(subject, met([GONE]));
      const [first, second] = [response(60_000), response(1000)];
      relay.holds(subject, verified(first));
      const slot = relay.find(question(undefined));
      expect(slot?.answer?.der).toEqual(first);
      relay.holds(subject, verified(second));
      expect(slot?.answer?.der).toEqual(second);
      relay.gone('a');
      expect(slot?.answer).toBeUndefined();
      expect(relay.find(question(undefined))).toBeUndefined();
    });
  });

  it('is waited for while its keeper asks, and not after it failed', async () => {
    await withRelay(async ({ relay }) => {
      const subject = own('a');
      relay.met(subject, met([GONE]));
      const waiting = relay.answer(question(undefined));
      relay.holds(subject, verified(response(1000)));
      expect(said(await waiting)).toBe('good');
      const other = { ...pki.leaf.certificate, serialNumber: Buffer.from([0x77]) };
      relay.met(own('b'), { ...met([GONE]), certificate: other });
      const certID = createCertID(other, pki.issuer.certificate);
      const second = relay.answer(question(undefined, { certID }));
      relay.failed(own('b'));
      expect(said(await second)).toBe('tryLater');
      expect(said(await relay.answer(question(undefined, { certID })))).toBe('tryLater');
    });
  });

  it('shows one of the ways to others of its issuer, when there are several', async () => {
    const { url } = await responder();
    await withRelay(
      async ({ relay }) => {
        for (const [serial, responderUrl] of [
          [0x77, url],
          [0x78, GONE],
        ] as const) {
          const certificate = { ...pki.leaf.certificate, serialNumber: Buffer.from([serial]) };
          relay.met(own(`${serial}`), { ...met([responderUrl]), certificate });
        }
        expect(said(await relay.answer(question(undefined)))).toBe('good');
      },
      { issuers: [] },
    );
  });

  it('shows the way to others of its issuer', async () => {
    const { url } = await responder();
    await withRelay(
      async ({ relay }) => {
        expect(said(await relay.answer(question(undefined)))).toBe('unauthorized');
        relay.met(own('b'), {
          ...met([url]),
          certificate: { ...pki.leaf.certificate, serialNumber: Buffer.from([0x77]) },
        });
        expect(said(await relay.answer(question(undefined)))).toBe('good');
      },
      { issuers: [] },
    );
  });
});

describe('a question that is for one client alone', () => {
  it('goes on with its nonce, and comes back with it', async () => {
    const { requests, url } = await responder();
    await withRelay(async ({ relay }) => {
      const asked = { ...question(url), ...withNonce() };
      const answer = await relay.answer(asked);
      expect(said(answer)).toBe('good');
      expect(answer.life).toBeUndefined();
      expect(answer.der.includes(NONCE)).toBe(true);
      expect(requests[0]?.ocsp).toEqual(asked.der);
      // What is kept for the next outage is another, which anybody may have.
      await expect.poll(() => relay.kept.relayed).toBe(1);
      expect(requests.map(({ ocsp }) => ocsp)).toEqual([asked.der, createRequest(certIDOf())]);
      const kept = relay.find(question(undefined))?.answer;
      expect(kept?.der.includes(NONCE)).toBe(false);
      await Promise.all(responders.splice(0).map((one) => one.close()));
      expect((await relay.answer(asked)).der).toEqual(kept?.der);
    });
  });

  it('with a nonce is answered with what is kept when nobody else answers', async () => {
    await withRelay(async ({ relay }) => {
      const subject = own('a');
      relay.met(subject, met([GONE]));
      relay.holds(subject, verified(response(1000)));
      expect(said(await relay.answer({ ...question(undefined), ...withNonce() }))).toBe('good');
    });
  });

  it('with another nonce than was sent is not passed on', async () => {
    const { url } = await responder({
      mangle: () => ({ body: response(1000, { responseExtensions: [encodeNonce(Buffer.alloc(32, 7))] }) }),
    });
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer({ ...question(url), ...withNonce() }))).toBe('tryLater');
    });
  });

  it('about several certificates is verified for each', async () => {
    const up = await responder({ defaultStatus: { type: 'good' } });
    const other = { ...certIDOf(), serialNumber: Buffer.from([0x33]) };
    await withRelay(async ({ relay }) => {
      const answer = await relay.answer({ ...about([certIDOf(), other]), upstream: up.url });
      expect([said(answer), said(answer, other)]).toEqual(['good', 'good']);
    });
    const half = await responder({ mangle: () => ({ body: response(1000) }) });
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer({ ...about([certIDOf(), other]), upstream: half.url }))).toBe(
        'tryLater',
      );
    });
  });

  it('about more certificates than a chain has is for nobody', async () => {
    const { requests, url } = await responder({ defaultStatus: { type: 'good' } });
    const many = Array.from({ length: 17 }, (_, i) => ({
      ...certIDOf(),
      serialNumber: Buffer.from([i + 1]),
    }));
    await withRelay(async ({ relay }) => {
      expect(said(await relay.answer({ ...about(many), upstream: url }))).toBe('unauthorized');
      expect(requests).toHaveLength(0);
    });
  });
});

describe('after a restart', () => {
  it('what was asked for is there before anybody asks, and the responder may be gone', async () => {
    const { url } = await responder();
    await withRelay(async ({ relay, store }) => {
      const answer = await relay.answer(question(url));
      await relay.stop();
      await withRelay(
        async ({ relay: next }) => {
          await expect.poll(() => next.find(question(undefined))?.answer?.der).toEqual(answer.der);
        },
        { store },
      );
    });
  });

  it('what was asked for is taken up when its issuer is met', async () => {
    const { url } = await responder();
    await withRelay(async ({ relay, store }) => {
      const answer = await relay.answer(question(url));
      await relay.stop();
      await withRelay(
        async ({ relay: next }) => {
          expect(next.kept.relayed).toBe(0);
          next.met(own('b'), {
            ...met([GONE]),
            certificate: { ...pki.leaf.certificate, serialNumber: Buffer.from([0x77]) },
          });
          await expect.poll(() => next.find(question(undefined))?.answer?.der).toEqual(answer.der);
        },
        { store, issuers: [] },
      );
    });
  });
});

const NONCE = Buffer.alloc(32, 0xa5);

function withNonce(): Pick<Question, 'der' | 'request'> {
  const der = createRequest(certIDOf(), [encodeNonce(NONCE)]);
  return { der, request: decodeOCSPRequest(der) };
}

function about(certIDs: readonly CertID[]): Pick<Question, 'der' | 'request'> {
  const requestList = certIDs.map((reqCert) => ({ reqCert, singleRequestExtensions: [] }));
  const tbs = encodeTBSRequest({ version: 1, requestorName: undefined, requestList, requestExtensions: [] });
  const der = encodeOCSPRequest({ tbs, optionalSignature: undefined });
  return { der, request: decodeOCSPRequest(der) };
}
