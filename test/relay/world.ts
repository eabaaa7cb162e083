/** A relay with its keeper's place taken by the test, and a responder on loopback behind it. */
import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createHttpClient } from '../../src/http/client.ts';
import { createLimiter } from '../../src/http/limiter.ts';
import { type Clock, SYSTEM_CLOCK } from '../../src/keeper/clock.ts';
import type { KeeperEvent } from '../../src/keeper/events.ts';
import type { CertificateSubject, SubjectSettings } from '../../src/keeper/files/certificate-subject.ts';
import { type CertID, createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest, decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { decodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import type { QuestionEvent } from '../../src/relay/question-event.ts';
import type { Question } from '../../src/relay/question.ts';
import { Relay } from '../../src/relay/relay.ts';
import type { RelayAnswer } from '../../src/relay/slot.ts';
import { DEFAULT_POLICY } from '../../src/staple/policy.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import type { Extension } from '../../src/x509/extension.ts';
import type { Hash } from '../../src/x509/signature-scheme.ts';
import { type TestPki, createTestPki } from '../support/pki.ts';

/** Certificates of today: the relay here goes by the real clock, since it waits for real sockets. */
export const pki: TestPki = createTestPki({ now: new Date() });

export const settings = (overrides: Partial<SubjectSettings> = {}): SubjectSettings => ({
  urls: undefined,
  givenIssuers: undefined,
  headers: [],
  method: 'auto',
  hash: 'sha1',
  judgement: {},
  client: createHttpClient({ userAgent: 'test', allowPrivate: true }),
  limiter: createLimiter(),
  timeoutMs: 5_000,
  policy: DEFAULT_POLICY,
  responders: [],
  ...overrides,
});

export interface RelayWorld {
  readonly relay: Relay;
  readonly told: readonly QuestionEvent[];
  readonly events: readonly KeeperEvent[];
  readonly store: string;
}

export async function withRelay<T>(
  test: (world: RelayWorld) => Promise<T>,
  options: {
    readonly store?: string;
    readonly issuers?: readonly Certificate[];
    readonly settings?: SubjectSettings;
    readonly clock?: Clock;
  } = {},
): Promise<T> {
  const store = options.store ?? mkdtempSync(join(tmpdir(), 'restaple-relay-'));
  const told: QuestionEvent[] = [];
  const events: KeeperEvent[] = [];
  const relay = new Relay({
    store,
    settings: options.settings ?? settings(),
    issuers: options.issuers ?? [pki.issuer.certificate],
    clock: options.clock ?? SYSTEM_CLOCK,
    random: () => 0.5,
    requests: 8,
    requestsPerResponder: 4,
    report: (event) => events.push(event),
    tell: (event) => told.push(event),
  });
  await relay.start(Promise.resolve());
  try {
    return await test({ relay, told, events, store });
  } finally {
    await relay.stop();
  }
}

export const certIDOf = (hash: Hash = 'sha1'): CertID =>
  createCertID(pki.leaf.certificate, pki.issuer.certificate, hash);

export function question(
  upstream: string | undefined,
  { certID = certIDOf(), extensions = [] }: { certID?: CertID; extensions?: readonly Extension[] } = {},
): Question {
  const der = createRequest(certID, extensions);
  return { der, request: decodeOCSPRequest(der), upstream };
}

/** In words: what a response says, after every rule. */
export function said({ der }: RelayAnswer, of: { serialNumber: Buffer } = pki.leaf.certificate): string {
  const { responseStatus } = decodeOCSPResponse(der);
  if (responseStatus !== 'successful') return responseStatus;
  const { issuer, notAfter } = pki.leaf.certificate;
  const certificate = { issuer, notAfter, serialNumber: of.serialNumber };
  const options = { certificate, issuer: pki.issuer.certificate, now: new Date() };
  return verifyResponse(der, options).certStatus.type;
}

/** A certificate of the keeper, as far as a relay hears of it. */
export const own = (key: string): CertificateSubject => ({
  key,
  paths: [],
  outputs: [],
  servers: [],
  foundIn: undefined,
  settings: settings(),
});
