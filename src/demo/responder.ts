/** The OCSP responder of the demo: it knows the certificates of one issuer, and a delegated signer signs for it. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { BoundedCache } from '../bounded-cache.ts';
import type { CertStatus } from '../ocsp/cert-status.ts';
import { decodeOCSPResponse } from '../ocsp/ocsp-response.ts';
import { hex } from '../text.ts';
import type { Certificate } from '../x509/certificate.ts';
import { cacheHeaders } from './cache-headers.ts';
import { listen, type Listener } from './loopback.ts';
import { readBody } from './message.ts';
import { answerRequest } from './pki/answer.ts';
import type { Entity } from './pki/entity.ts';

const LIFE_MS = 12 * 3_600_000;
/** CAs sign in advance and hand the same bytes to everybody for a while. */
const RENEW_MS = LIFE_MS / 4;
/** Requests whose answers are kept: there are a handful, unless somebody plays. */
const MAX_ANSWERS = 256;

export interface Responder extends Listener {
  /** Says what is answered about a certificate from now on. Those that were never named are `unknown`. */
  setStatus(certificate: Certificate, status: CertStatus): void;
}

interface Answer {
  readonly der: Buffer;
  readonly thisUpdate: Date;
  readonly nextUpdate: Date;
}

export interface ResponderOptions {
  readonly issuer: Entity;
  readonly signer: Entity;
  readonly now: () => Date;
}

export async function startResponder({ issuer, signer, now }: ResponderOptions): Promise<Responder> {
  const statuses = new Map<string, CertStatus>();
  let answers = new BoundedCache<string, Answer>(MAX_ANSWERS);

  const answerTo = (request: Buffer): Answer => {
    const key = request.toString('latin1');
    const known = answers.get(key);
    if (known && now().getTime() - known.thisUpdate.getTime() < RENEW_MS) return known;
    const thisUpdate = wholeSecond(now());
    const nextUpdate = new Date(thisUpdate.getTime() + LIFE_MS);
    const der = answerRequest(request, {
      issuer: issuer.certificate,
      signer,
      statusOf: (serial) => statuses.get(hex(serial)) ?? { type: 'unknown' },
      thisUpdate,
      nextUpdate,
    });
    const answer = { der, thisUpdate, nextUpdate };
    answers.set(key, answer);
    return answer;
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const request = await requestIn(incoming);
    if (request === undefined) {
      outgoing.writeHead(413).end();
      return;
    }
    const { der, ...times } = answerTo(request);
    const signed = decodeOCSPResponse(der).responseStatus === 'successful';
    const caching = signed ? cacheHeaders(der, { now: now(), ...times }) : { 'Cache-Control': 'no-store' };
    outgoing
      .writeHead(200, {
        'Content-Type': 'application/ocsp-response',
        'Content-Length': der.length,
        ...caching,
      })
      .end(der);
  };

  const listener = await listen(createServer((incoming, outgoing) => void handle(incoming, outgoing)));
  return {
    ...listener,
    setStatus({ serialNumber }, status) {
      statuses.set(hex(serialNumber), status);
      answers = new BoundedCache(MAX_ANSWERS);
    },
  };
}

/** The OCSPRequest in the body of a POST or the path of a GET (RFC 6960 appendix A.1). */
async function requestIn(incoming: IncomingMessage): Promise<Buffer | undefined> {
  if (incoming.method === 'POST') return readBody(incoming);
  try {
    return Buffer.from(decodeURIComponent(incoming.url?.slice(1) ?? ''), 'base64');
  } catch {
    // A path that is no URL encoding holds no request either; the answer is malformedRequest.
    return Buffer.alloc(0);
  }
}

/** DER has no fractions of a second. */
const wholeSecond = (date: Date): Date => new Date(Math.floor(date.getTime() / 1000) * 1000);
