/** How each error about bytes comes about. */
import { parsePem } from '../../../src/der/pem.ts';
import { type DerReader, MAX_DER_BYTES, decodeWhole } from '../../../src/der/reader.ts';
import { enumerated, sequence } from '../../../src/der/writer.ts';
import { createErrorResponse } from '../../../src/demo/pki/response.ts';
import type { DerCode } from '../../../src/errors.ts';
import { decodeOCSPResponse } from '../../../src/ocsp/ocsp-response.ts';
import { readResponse } from '../../../src/ocsp/read-response.ts';
import type { Examples } from './example.ts';

export const DER_EXAMPLES: Examples<DerCode> = {
  'der-malformed': () => decodeOCSPResponse(Buffer.of(0x30, 0x80, 0, 0)),
  'der-trailing-bytes': () =>
    decodeOCSPResponse(Buffer.concat([createErrorResponse('tryLater'), Buffer.of(0)])),
  'der-too-large': () => decodeOCSPResponse(Buffer.alloc(MAX_DER_BYTES + 1)),
  'der-too-deep': () => decodeWhole(nested(33), 'OCSPResponse', descend),
  'asn1-unexpected': () => readResponse(sequence(enumerated(0))),
  'pem-malformed': () => parsePem(Buffer.from('-----BEGIN CERTIFICATE-----\nMIIB\n')),
};

function nested(levels: number): Buffer {
  return levels === 0 ? sequence() : sequence(nested(levels - 1));
}

function descend(reader: DerReader): void {
  if (!reader.atEnd) descend(reader.sequence());
}
