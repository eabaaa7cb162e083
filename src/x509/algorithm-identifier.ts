/**
 * AlgorithmIdentifier ::= SEQUENCE { algorithm OBJECT IDENTIFIER, parameters ANY DEFINED BY algorithm OPTIONAL }
 * (RFC 5280 section 4.1.1.2). The parameters are kept as they are.
 */
import type { DerReader } from '../der/reader.ts';
import { TAG } from '../der/tags.ts';
import { oid, sequence } from '../der/writer.ts';

/** An algorithm (RFC 5280 section 4.1.1.2) by its object identifier, as dotted text. */
export interface AlgorithmIdentifier {
  readonly algorithm: string;
  /** The encoded parameters; `undefined` when there are none. */
  readonly parameters: Buffer | undefined;
}

export function decodeAlgorithmIdentifier(reader: DerReader): AlgorithmIdentifier {
  const fields = reader.sequence();
  const algorithm = fields.oid();
  const parameters = fields.atEnd ? undefined : fields.raw();
  fields.finish();
  return { algorithm, parameters };
}

export function encodeAlgorithmIdentifier({ algorithm, parameters }: AlgorithmIdentifier): Buffer {
  return parameters === undefined ? sequence(oid(algorithm)) : sequence(oid(algorithm), parameters);
}

/** True when there are no parameters or NULL: deployed encoders write either (RFC 4055 section 2.1). */
export function hasNoParameters({ parameters }: AlgorithmIdentifier): boolean {
  return parameters === undefined || (parameters.length === 2 && parameters[0] === TAG.null);
}
