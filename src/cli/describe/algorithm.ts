import { hex } from '../../text.ts';
import type { AlgorithmIdentifier } from '../../x509/algorithm-identifier.ts';
import { oidName } from '../../x509/oids.ts';
import { signatureAlgorithmName } from '../../x509/signature-scheme.ts';

export interface AlgorithmDescription {
  readonly oid: string;
  /** Its name, or its OID again where it has none here. */
  readonly name: string;
  readonly parameters: string | null;
}

export function describeSignatureAlgorithm(identifier: AlgorithmIdentifier): AlgorithmDescription {
  return describe(identifier, signatureAlgorithmName(identifier));
}

/** Of a hash or a key. */
export function describePlainAlgorithm(identifier: AlgorithmIdentifier): AlgorithmDescription {
  return describe(identifier, oidName(identifier.algorithm));
}

function describe({ algorithm, parameters }: AlgorithmIdentifier, name: string): AlgorithmDescription {
  return { oid: algorithm, name, parameters: parameters ? hex(parameters) : null };
}
