/** A responder of many moods: what it does to a question is the first part of the path at which it is asked. */
import { answerRequest } from '../../../src/demo/pki/answer.ts';
import { createErrorResponse } from '../../../src/demo/pki/response.ts';
import type { CertStatus } from '../../../src/ocsp/cert-status.ts';
import { alterResponse, flipBit } from '../../support/alter.ts';
import { type SeenRequest, answerBytes, header, startHttpServer } from '../../support/http-server.ts';
import { type TestPki, shift } from '../../support/pki.ts';

const HOUR = 3_600_000;

/** Each as a page would call it. */
export const MOODS = {
  down: 'down',
  hangs: 'takes the question and never answers',
  html: 'a page of HTML with status 200',
  later: '`tryLater`',
  forged: 'a forgery, signed by another CA',
  changed: 'a response changed on its way',
  expired: 'a response that has expired',
  cdn: 'a CDN that wants its name as Host, asked by address: 403',
  redirect: 'a redirect',
  chunked: 'a chunked body',
  charset: '`application/ocsp-response; charset=utf-8`',
  revoked: '`revoked`',
} as const;

export type Mood = keyof typeof MOODS;

export const ALL_MOODS: readonly Mood[] = [
  'down',
  'hangs',
  'html',
  'later',
  'forged',
  'changed',
  'expired',
  'cdn',
  'redirect',
  'chunked',
  'charset',
  'revoked',
];

export interface MoodyResponder {
  readonly port: number;
  /** Where it is asked, for a certificate that names it. */
  urlOf(mood: Mood, host?: string): string;
  /** Until it is called, everything is well whatever the path; and then again what the path says. */
  spoil(isSpoilt: boolean): void;
  /** From now on answers are newer, and good for so long. */
  renew(validityMs?: number): void;
  /** How often it was asked at the path of this mood. */
  asked(mood: Mood): number;
  close(): Promise<void>;
}

/** @param pkiOf whose certificates are asked for there: with one CA for all, the relay would ask one mood for another. */
export async function startMoodyResponder(pkiOf: (mood: Mood) => TestPki): Promise<MoodyResponder> {
  let isSpoilt = false;
  let madeAt = Date.now() - 2 * HOUR;
  let validityMs = 12 * HOUR;

  const good = (
    request: SeenRequest,
    more: { isForged?: boolean; status?: CertStatus; thisUpdate?: Date } = {},
  ): Buffer => {
    const pki = pkiOf(moodOf(request.target));
    const { isForged = false, status = { type: 'good' }, thisUpdate = new Date(madeAt) } = more;
    return answerRequest(questionIn(request), {
      issuer: pki.issuer.certificate,
      signer: isForged ? pki.strangerDelegate : pki.delegate,
      responderID: 'byKey',
      statusOf: () => status,
      thisUpdate,
      nextUpdate: shift(thisUpdate, validityMs),
    });
  };
  /** Nothing is said to who gets `undefined`. */
  const spoilt = (mood: Mood, request: SeenRequest): Buffer | undefined => {
    switch (mood) {
      case 'down':
      case 'hangs':
        return undefined;
      case 'html':
        return answerBytes({ headers: [['Content-Type', 'text/html']], body: '<html>Sorry</html>' });
      case 'later':
        return ocsp(createErrorResponse('tryLater'));
      case 'forged':
        return ocsp(good(request, { isForged: true }));
      case 'changed':
        return ocsp(alterResponse(good(request), ({ signature }) => ({ signature: flipBit(signature) })));
      case 'expired':
        return ocsp(good(request, { thisUpdate: new Date(madeAt - validityMs - 2 * HOUR) }));
      case 'cdn':
        return /^localhost(?::\d+)?$/.test(header(request, 'host') ?? '')
          ? ocsp(good(request))
          : answerBytes({ status: 403, reason: 'Forbidden', body: '<h1>403 Forbidden</h1>' });
      case 'redirect': {
        const { target } = request;
        if (target.startsWith('/redirect/moved')) return ocsp(good(request));
        const headers = [['Location', target.replace('/redirect', '/redirect/moved')]] as const;
        return answerBytes({ status: 302, reason: 'Found', headers });
      }
      case 'chunked':
        return chunked(good(request));
      case 'charset':
        return ocsp(good(request), 'application/ocsp-response; charset=utf-8');
      case 'revoked':
        return ocsp(
          good(request, { status: { type: 'revoked', revocationTime: new Date(madeAt), reason: 1 } }),
        );
    }
  };

  const server = await startHttpServer((request, socket) => {
    const mood = moodOf(request.target);
    // An edge knows its names from the start.
    const bytes = isSpoilt || mood === 'cdn' ? spoilt(mood, request) : ocsp(good(request));
    if (bytes) socket.end(bytes);
    else if (mood === 'down') socket.resetAndDestroy();
  });
  return {
    port: server.port,
    urlOf: (mood, host = '127.0.0.1') => `http://${host}:${server.port}/${mood}`,
    spoil: (how) => (isSpoilt = how),
    renew(ms) {
      madeAt += 1000;
      validityMs = ms ?? validityMs;
    },
    asked: (mood) => server.requests.filter(({ target }) => moodOf(target) === mood).length,
    close: () => server.close(),
  };
}

const ocsp = (body: Buffer, type = 'application/ocsp-response'): Buffer =>
  answerBytes({ headers: [['Content-Type', type]], body });

function moodOf(target: string): Mood {
  const [, first] = /^\/(\w+)/.exec(target) ?? [];
  return ALL_MOODS.find((mood) => mood === first) ?? 'down';
}

/** Of a POST its body; of a GET what stands behind the one part of the path that is the responder's. */
function questionIn({ method, target, body }: SeenRequest): Buffer {
  if (method === 'POST') return body;
  return Buffer.from(decodeURIComponent(target.replace(/^\/+\w+\/+(?:moved\/+)?/, '')), 'base64');
}

function chunked(der: Buffer): Buffer {
  const half = Math.floor(der.length / 2);
  const head =
    'HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nTransfer-Encoding: chunked\r\n\r\n';
  const chunks = [der.subarray(0, half), der.subarray(half), Buffer.alloc(0)].flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return Buffer.concat([Buffer.from(head), ...chunks]);
}
