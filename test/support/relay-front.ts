/** A front with an `Answering` that knows one certificate: what it gives out was signed, what it is asked is written down. */
import { SYSTEM_CLOCK } from '../../src/keeper/clock.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { DEFAULT_LIMITS, type RelayLimits } from '../../src/relay/front/limits.ts';
import { type RelayServer, type RelayServerOptions, serveRelay } from '../../src/relay/front/serve-relay.ts';
import type { RelayEvent } from '../../src/relay/front/events.ts';
import type { Question } from '../../src/relay/question.ts';
import type { RelayAnswer, Slot } from '../../src/relay/slot.ts';
import { UNAUTHORIZED } from '../../src/relay/statuses.ts';
import { NEXT_UPDATE, THIS_UPDATE, type TestPki, createTestPki, testResponse } from './pki.ts';

export interface TestFront {
  readonly relay: RelayServer;
  readonly port: number;
  readonly pki: TestPki;
  /** The request about the leaf, in DER and in base64. */
  readonly request: Buffer;
  readonly base64: string;
  /** What is kept about the leaf. */
  readonly slot: Slot;
  readonly response: Buffer;
  readonly questions: readonly Question[];
  readonly events: readonly RelayEvent[];
  /** The wall clock of the relay, in milliseconds since 1970. */
  now: number;
  /** What is said about everything else. */
  answer: (question: Question) => Promise<RelayAnswer>;
}

export interface TestFrontOptions extends Partial<Pick<RelayServerOptions, 'allow' | 'listen'>> {
  readonly limits?: Partial<RelayLimits>;
  readonly pki?: TestPki;
}

export async function startFront(options: TestFrontOptions = {}): Promise<TestFront> {
  const pki = options.pki ?? createTestPki();
  const moved = pki.now.getTime() - createdAt;
  const response = testResponse(pki);
  const request = createRequest(createCertID(pki.leaf.certificate, pki.issuer.certificate));
  const life = { thisUpdate: THIS_UPDATE.getTime() + moved, validUntil: NEXT_UPDATE.getTime() + moved };
  const slot: Slot = { answer: { der: response, life }, askedAt: 0 };
  const questions: Question[] = [];
  const events: RelayEvent[] = [];
  const front = { now: pki.now.getTime(), answer: () => Promise.resolve(UNAUTHORIZED) };
  const relay = await serveRelay({
    listen: options.listen ?? [{ type: 'tcp', host: '127.0.0.1', port: 0 }],
    ...(options.allow && { allow: options.allow }),
    clock: { ...SYSTEM_CLOCK, now: () => started.now },
    limits: { ...DEFAULT_LIMITS, ...options.limits },
    report: (event) => void events.push(event),
    answering: {
      find(question) {
        questions.push(question);
        return question.der.equals(request) ? slot : undefined;
      },
      answer: (question) => started.answer(question),
    },
  });
  const [address] = relay.addresses;
  const port = address?.type === 'tcp' ? address.port : 0;
  const started: TestFront = Object.assign(front, {
    relay,
    port,
    pki,
    request,
    base64: request.toString('base64'),
    slot,
    response,
    questions,
    events,
  });
  return started;
}

const createdAt = createTestPki().now.getTime();

/** A good request, as a GET of HTTP/1.1. */
export const goodGet = ({ base64 }: TestFront): string =>
  `GET /${encodeURIComponent(base64)} HTTP/1.1\r\nHost: x\r\n\r\n`;

export function post(
  body: Uint8Array,
  headers = 'Content-Type: application/ocsp-request\r\n',
  target = '/',
): Buffer {
  const head = `POST ${target} HTTP/1.1\r\nHost: x\r\n${headers}Content-Length: ${body.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head, 'latin1'), body]);
}
