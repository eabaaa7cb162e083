/** A program: fills the relay's answers with so many responses as its argument says, and tells in JSON what they weigh. */
import { createCertID } from '../src/ocsp/cert-id.ts';
import { verifyResponse } from '../src/ocsp/verify-response.ts';
import { Answers } from '../src/relay/answers.ts';
import { certIDKeyOf } from '../src/relay/cert-id-key.ts';
import { prepare } from '../src/relay/front/prepared.ts';
import { createTestPki, testResponse } from '../test/support/pki.ts';

export interface Weight {
  readonly bytes: number;
  readonly responseBytes: number;
  readonly count: number;
}

const weigh = (): number => {
  globalThis.gc?.();
  const { arrayBuffers, heapUsed } = process.memoryUsage();
  return heapUsed + arrayBuffers;
};

const count = Number(process.argv[2]);
const pki = createTestPki();
const { certificate } = pki.leaf;
const issuer = pki.issuer.certificate;
const certID = createCertID(certificate, issuer);
const der = testResponse(pki);
const verdict = verifyResponse(der, { certificate, issuer, now: pki.now });
const answers = new Answers();
const before = weigh();
for (let i = 0; i < count; i++) {
  const serialNumber = Buffer.alloc(16, 0x20);
  serialNumber.writeUInt32BE(i, 12);
  const own = { ...certID, serialNumber };
  // Others than each other, as those of a CA are.
  const response = Buffer.concat([der.subarray(0, -4), serialNumber.subarray(12)]);
  const place = answers.put({ der: response, verdict: { ...verdict, certID: own } }, true);
  if (place !== answers.find(certIDKeyOf(own) ?? '') || !place?.answer) throw new Error('it is not kept');
  prepare(place.answer).headersAt(pki.now.getTime());
}
const weight: Weight = { bytes: weigh() - before, responseBytes: der.length, count: answers.size };
process.stdout.write(`${JSON.stringify(weight)}\n`);
