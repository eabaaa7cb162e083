/** A machine with certificates in files, a responder on loopback, and a clock that is set by hand. */
import { DEFAULT_POLICY } from '../../../src/staple/policy.ts';
import { mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import type { Entity, ServerOptions } from '../../../src/demo/pki/entity.ts';
import { createServer } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import { type HttpClient, createHttpClient } from '../../../src/http/client.ts';
import { createLimiter } from '../../../src/http/limiter.ts';
import type { Clock } from '../../../src/keeper/clock.ts';
import type { CertificateSubject, SubjectSettings } from '../../../src/keeper/files/certificate-subject.ts';
import { keyOf } from '../../../src/keeper/files/certificates.ts';
import { FilesWork } from '../../../src/keeper/files/files-work.ts';
import { createCertID } from '../../../src/ocsp/cert-id.ts';
import { StapleStore } from '../../../src/store/staple-store.ts';
import { certificatesPem, withTempDir } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { type Responder, type ResponderOptions, startResponder } from '../../support/ocsp-responder.ts';
import {
  NOW,
  type ResponseOverrides,
  type TestPki,
  createTestPki,
  shift,
  testResponse,
} from '../../support/pki.ts';

export const HOUR = 3_600_000;
export const DAY: number = 24 * HOUR;
export const pki: TestPki = createTestPki();
/** Nobody says stop. */
export const GO_ON: AbortSignal = new AbortController().signal;

/** Stands where it is set; timers fire when it is moved past them. */
export class HandClock implements Clock {
  #now = NOW.getTime();
  #steady = 0;
  readonly #timers = new Set<{ readonly at: number; readonly fire: () => void }>();

  now(): number {
    return this.#now;
  }

  monotonic(): number {
    return this.#steady;
  }

  setTimer(ms: number, fire: () => void): () => void {
    const timer = { at: this.#steady + ms, fire };
    this.#timers.add(timer);
    return () => void this.#timers.delete(timer);
  }

  /** Time goes on. */
  pass(ms: number): void {
    this.#now += ms;
    this.#steady += ms;
    for (const timer of [...this.#timers].filter(({ at }) => at <= this.#steady)) {
      this.#timers.delete(timer);
      timer.fire();
    }
  }

  /** Somebody sets the clock; no time passes. */
  set(now: Date): void {
    this.#now = now.getTime();
  }

  get timers(): number {
    return this.#timers.size;
  }
}

export interface World {
  readonly dir: string;
  readonly clock: HandClock;
  readonly store: StapleStore;
  readonly client: HttpClient;
  readonly responder: Responder;
  readonly settings: SubjectSettings;
  readonly work: () => FilesWork;
  /** Writes `content` below the directory. */
  readonly write: (file: string, content: string | Uint8Array) => Promise<string>;
}

let serial = 0x10_0000;

/** Another server of the issuer; all have one key. */
export function server(options: Partial<ServerOptions> = {}, issuer: Entity = pki.issuer): Entity {
  serial += 1;
  return createServer(issuer, {
    name: name([['CN', `s${serial}.example.test`]]),
    keys: testKeys('p256', 3),
    serial,
    notBefore: shift(NOW, -10 * DAY),
    notAfter: shift(NOW, 30 * DAY),
    ocspUrls: ['http://ocsp.example.test/'],
    ...options,
  });
}

/** A good response about `entity`. */
export function stapleFor(entity: Entity, overrides: ResponseOverrides = {}): Buffer {
  return testResponse(pki, {
    certID: createCertID(entity.certificate, pki.issuer.certificate),
    ...overrides,
  });
}

export function withWorld(
  use: (world: World) => Promise<void>,
  options: Partial<ResponderOptions> = {},
): Promise<void> {
  return withTempDir(async (dir) => {
    const clock = new HandClock();
    const now = (): Date => new Date(clock.now() - HOUR);
    const responder = await startResponder({ pki, now, defaultStatus: { type: 'good' }, ...options });
    const client = createHttpClient();
    try {
      const store = new StapleStore(join(dir, 'store'));
      await use({
        dir,
        clock,
        store,
        client,
        responder,
        settings: settingsFor(client, [responder.url]),
        work: () => new FilesWork({ store, clock }),
        write: async (file, content) => {
          const path = join(dir, file);
          await mkdir(dirname(path), { recursive: true });
          await writeFile(path, content);
          return path;
        },
      });
    } finally {
      client.close();
      await responder.close();
    }
  });
}

export function settingsFor(client: HttpClient, urls: readonly string[] | undefined): SubjectSettings {
  return {
    urls,
    givenIssuers: undefined,
    headers: [],
    method: 'auto',
    hash: 'sha1',
    judgement: {},
    client,
    limiter: createLimiter(),
    timeoutMs: 20_000,
    responders: [],
    policy: DEFAULT_POLICY,
  };
}

/** A file with the certificate of `entity` and its issuer, as the roster would name it. */
export async function subjectOf(
  { write, dir, settings }: World,
  entity: Entity,
  stem = 'site',
): Promise<CertificateSubject> {
  const path = await write(`${stem}.pem`, certificatesPem(entity, pki.issuer));
  return {
    key: keyOf(entity.certificate),
    paths: [path],
    outputs: [join(dir, `${stem}.ocsp`)],
    servers: [],
    foundIn: undefined,
    settings,
  };
}
