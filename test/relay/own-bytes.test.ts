/** What is kept for strangers holds no memory but its own: a view would hold the pool, or the packet, that it was read in. */
import { expect, it } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest, decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { Answers } from '../../src/relay/answers.ts';
import { plainCertID } from '../../src/relay/plain-question.ts';
import { relayedSubject } from '../../src/relay/relayed-subject.ts';
import { testResponse } from '../support/pki.ts';
import { pki, settings } from './world.ts';

const { certificate } = pki.leaf;
const issuer = pki.issuer.certificate;

/** Every buffer in it, however deep, but for what all questions of an issuer share. */
function buffersIn(value: unknown): Buffer[] {
  if (Buffer.isBuffer(value)) return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.entries(value).flatMap(([name, part]: [string, unknown]) =>
    name === 'issuer' ? [] : buffersIn(part),
  );
}

it('a question that was read from a packet', () => {
  const packet = Buffer.concat([createRequest(createCertID(certificate, issuer)), Buffer.alloc(60_000)]);
  const request = decodeOCSPRequest(packet.subarray(0, packet.length - 60_000));
  const certID = plainCertID(request);
  if (!certID) throw new TypeError('no plain question');
  const known = { certificate: issuer, name: issuer.subject, settings: settings(), groups: [] };
  const subject = relayedSubject(certID, known, undefined);
  const buffers = buffersIn(subject);
  expect(buffers).toEqual([certificate.serialNumber]);
  for (const buffer of buffers) expect(buffer.buffer.byteLength).toBe(buffer.length);
});

it('an answer', () => {
  const der = Buffer.from(testResponse(pki));
  const verdict = verifyResponse(der, { certificate, issuer, now: pki.now });
  const place = new Answers().put({ der, verdict }, true);
  const buffers = buffersIn(place);
  expect(buffers).toEqual([der]);
  for (const buffer of buffers) expect(buffer.buffer.byteLength).toBe(buffer.length);
});
