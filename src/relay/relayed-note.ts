/** What is written down of a relayed question, so that it is kept fresh after a restart, too. Lost at no harm. */
import { memoryIn } from '../keeper/files/note.ts';
import type { Memory } from '../keeper/work.ts';
import { decodeWhole } from '../der/reader.ts';
import { attempt } from '../attempt.ts';
import { type CertID, decodeCertID, encodeCertID } from '../ocsp/cert-id.ts';

export interface RelayedNote {
  readonly certID: CertID;
  readonly upstream: string | undefined;
  /** When somebody asked last, in milliseconds since 1970. */
  readonly askedAt: number;
  readonly memory: Memory | undefined;
}

const VERSION = 1;

export function formatRelayedNote({ certID, ...rest }: RelayedNote): string {
  return `${JSON.stringify({ version: VERSION, certID: encodeCertID(certID).toString('base64'), ...rest })}\n`;
}

/** `undefined` for everything that `formatRelayedNote` does not write. */
export function parseRelayedNote(text: string): RelayedNote | undefined {
  const value: unknown = attempt(() => JSON.parse(text) as unknown);
  if (typeof value !== 'object' || value === null) return undefined;
  const fields: Readonly<Record<string, unknown>> = { ...value };
  const { askedAt, certID: encoded, upstream } = fields;
  if (fields['version'] !== VERSION || typeof encoded !== 'string' || typeof askedAt !== 'number')
    return undefined;
  const certID = attempt(() => decodeWhole(Buffer.from(encoded, 'base64'), 'CertID', decodeCertID));
  return (
    certID && {
      certID,
      upstream: typeof upstream === 'string' ? upstream : undefined,
      askedAt,
      memory: memoryIn(fields['memory']),
    }
  );
}
