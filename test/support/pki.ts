/**
 * A PKI in which everything is right, so that a test can make one thing wrong.
 *
 * root → issuer → leaf, and issuer → delegate, which signs OCSP responses; beside them stranger → strangerDelegate,
 * who have all the same and no authority.
 */
import {
  type Entity,
  type EntityOptions,
  type ServerOptions,
  createIntermediate,
  createOcspSigner,
  createRoot,
  createServer,
} from '../../src/demo/pki/entity.ts';
import type { KeyKind } from '../../src/demo/pki/keys.ts';
import { name } from '../../src/demo/pki/name.ts';
import { type SingleFields, createResponse } from '../../src/demo/pki/response.ts';
import type { ResponseFields } from '../../src/demo/pki/response.ts';
import type { SignatureOptions } from '../../src/demo/pki/signing.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import type { Hash } from '../../src/x509/signature-scheme.ts';
import { testKeys } from './keys.ts';

/** The time at which tests stand still. */
export const NOW: Date = new Date('2026-02-25T12:00:00Z');
/** The times of the default response at NOW: a window of twelve hours. */
export const THIS_UPDATE: Date = new Date('2026-02-25T09:32:45Z');
export const NEXT_UPDATE: Date = new Date('2026-02-25T21:32:45Z');

const DAY_MS = 24 * 60 * 60 * 1000;

/** `date` moved by so many milliseconds, in whole seconds, as DER has them. */
export function shift(date: Date, ms: number): Date {
  return new Date(Math.floor((date.getTime() + ms) / 1000) * 1000);
}

/** What a test wants otherwise for one certificate; `kind` chooses a key where `keys` does not bring one. */
export type Overrides<T = EntityOptions> = Partial<T> & { readonly kind?: KeyKind };

/**
 * `kind` (P-256) and `signature` are for all who sign; the leaf has a P-256 key always unless overridden. `now` is the
 * middle of everybody's validity: NOW, unless a program with a clock of its own looks on.
 */
export interface TestPkiOptions {
  readonly now?: Date;
  readonly kind?: KeyKind;
  readonly signature?: SignatureOptions;
  readonly root?: Overrides;
  readonly issuer?: Overrides;
  readonly leaf?: Overrides<ServerOptions>;
  readonly delegate?: Overrides;
  readonly stranger?: Overrides;
  readonly strangerDelegate?: Overrides;
}

export interface TestPki {
  readonly now: Date;
  readonly root: Entity;
  readonly issuer: Entity;
  readonly leaf: Entity;
  readonly delegate: Entity;
  readonly stranger: Entity;
  readonly strangerDelegate: Entity;
}

/**
 * All of them, valid at `now`.
 *
 * @example
 * const pki = createTestPki({ delegate: { extensions: [keyUsage(['digitalSignature'])] } });
 */
export function createTestPki(options: TestPkiOptions = {}): TestPki {
  const { now = NOW, kind = 'p256', signature } = options;
  const entity = (index: number, commonName: string, days: number, own: Overrides = {}): EntityOptions => ({
    name: name([
      ['O', 'Restaple Test'],
      ['CN', commonName],
    ]),
    keys: testKeys(own.kind ?? kind, index),
    serial: 0x1000 + index,
    notBefore: shift(now, -days * DAY_MS),
    notAfter: shift(now, days * DAY_MS),
    ...(signature && own.kind === undefined ? { signature } : {}),
    ...own,
  });
  const root = createRoot(entity(0, 'Test Root', 3650, options.root));
  const issuer = createIntermediate(root, entity(1, 'Test Issuer', 1825, options.issuer));
  const delegate = createOcspSigner(issuer, entity(2, 'Test OCSP Signer', 30, options.delegate));
  const leaf = createServer(issuer, {
    dns: ['www.example.test'],
    ocspUrls: ['http://ocsp.example.test/'],
    ...entity(3, 'www.example.test', 45, { kind: 'p256', ...options.leaf }),
  });
  const stranger = createRoot(entity(4, 'Stranger', 3650, options.stranger));
  const strangerDelegate = createOcspSigner(
    stranger,
    entity(5, 'Stranger OCSP Signer', 30, options.strangerDelegate),
  );
  return { now, root, issuer, leaf, delegate, stranger, strangerDelegate };
}

/**
 * What a test wants otherwise in a response. `hash` is that of the CertID. Whatever is given stands in place of the
 * default, `undefined` too: `{ nextUpdate: undefined }` leaves it out.
 */
export interface ResponseOverrides extends Partial<ResponseFields>, Partial<SingleFields> {
  readonly hash?: Hash;
}

/** One answer about the leaf: good, for the twelve hours around `pki.now`. */
export function singleResponse(pki: TestPki, overrides: ResponseOverrides = {}): SingleFields {
  const { hash = 'sha1', certID, certStatus, thisUpdate, singleExtensions } = overrides;
  const moved = pki.now.getTime() - NOW.getTime();
  return {
    certID: certID ?? createCertID(pki.leaf.certificate, pki.issuer.certificate, hash),
    certStatus: certStatus ?? { type: 'good' },
    thisUpdate: thisUpdate ?? shift(THIS_UPDATE, moved),
    nextUpdate: 'nextUpdate' in overrides ? overrides.nextUpdate : shift(NEXT_UPDATE, moved),
    singleExtensions: singleExtensions ?? [],
  };
}

/**
 * A response about the leaf in DER, which a careful client accepts at `pki.now` unless the overrides spoil it. Signed
 * by the delegate, whose certificate is sent along; any other signer's is too, save the issuer's.
 */
export function testResponse(pki: TestPki, overrides: ResponseOverrides = {}): Buffer {
  const single = singleResponse(pki, overrides);
  const signer = overrides.signer ?? pki.delegate;
  const own = signer.certificate.raw;
  return createResponse({
    signer,
    producedAt: overrides.producedAt ?? single.thisUpdate,
    responses: overrides.responses ?? [single],
    certs: overrides.certs ?? (own.equals(pki.issuer.certificate.raw) ? [] : [own]),
    ...(overrides.responderID === undefined ? {} : { responderID: overrides.responderID }),
    ...(overrides.responseExtensions === undefined
      ? {}
      : { responseExtensions: overrides.responseExtensions }),
    ...(overrides.version === undefined ? {} : { version: overrides.version }),
  });
}
