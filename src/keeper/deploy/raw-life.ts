/** How long a response says itself that it is good, before anybody has verified it. */
import { attempt } from '../../attempt.ts';
import { readResponse } from '../../ocsp/read-response.ts';
import type { Life } from '../../staple/policy.ts';

/**
 * Of several answers in one response the first end counts: whose it is, nobody knows here. Without nextUpdate it has
 * none.
 *
 * @returns `undefined` for what is no response.
 */
export function rawLifeOf(der: Buffer): Life | undefined {
  const responses = attempt(() => readResponse(der).tbsResponseData.responses);
  if (!responses || responses.length === 0) return undefined;
  return {
    thisUpdate: Math.max(...responses.map(({ thisUpdate }) => thisUpdate.getTime())),
    validUntil: Math.min(...responses.map(({ nextUpdate }) => nextUpdate?.getTime() ?? Infinity)),
  };
}
