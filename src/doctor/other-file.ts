/** What a file is that is no certificate, for whoever gave the one beside it. */
import { attempt } from '../attempt.ts';
import { readResponse } from '../ocsp/read-response.ts';

/** How a file of PEM says what is in it; the rest of it is a secret, perhaps. */
const LABEL = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/gm;
/** The first few tell enough. */
const MAX_LABELS = 3;

/** `it is empty`; `undefined` for what is not known. */
export function otherFile(content: Buffer): string | undefined {
  if (content.length === 0) return 'it is empty';
  if (attempt(() => readResponse(content)) !== undefined) return 'it is an OCSP response';
  const labels = new Set(Array.from(content.toString('latin1').matchAll(LABEL), ([, label = '']) => label));
  return labels.size === 0 ? undefined : `it holds ${[...labels].slice(0, MAX_LABELS).join(', ')}`;
}
