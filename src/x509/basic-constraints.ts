/** BasicConstraints ::= SEQUENCE { cA BOOLEAN DEFAULT FALSE, pathLenConstraint INTEGER OPTIONAL } (RFC 5280 section 4.2.1.9). */
import { TAG } from '../der/tags.ts';
import type { Certificate } from './certificate.ts';
import { readExtension } from './extension.ts';
import { OID } from './oids.ts';

export interface BasicConstraints {
  readonly ca: boolean;
  readonly pathLength: number | undefined;
}

export function basicConstraints(certificate: Certificate): BasicConstraints | undefined {
  return readExtension(certificate.extensions, OID.basicConstraints, 'basicConstraints', (reader) => {
    const fields = reader.sequence();
    const ca = fields.peek() === TAG.boolean && fields.boolean();
    const pathLength = fields.peek() === TAG.integer ? fields.smallInteger() : undefined;
    fields.finish();
    return { ca, pathLength };
  });
}

export function isCa(certificate: Certificate): boolean {
  return basicConstraints(certificate)?.ca === true;
}
