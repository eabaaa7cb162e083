/** Who it is that answers: what the headers give away of a CDN or cache before the responder. */
import type { HttpAnswer } from '../http/client.ts';
import { type Check, NOTHING } from './check.ts';
import { note } from './finding.ts';

type Headers = HttpAnswer['headers'];

/** Headers that servers, CDNs and caches sign with. */
const SIGNATURES = [
  'server',
  'via',
  'cf-ray',
  'cf-cache-status',
  'x-cache',
  'x-served-by',
  'x-amz-cf-id',
  'age',
] as const;

/** The first that fits counts. */
const EDGES: readonly (readonly [name: string, isIt: (headers: Headers) => boolean])[] = [
  ['Cloudflare', (headers) => 'cf-ray' in headers || /cloudflare/i.test(String(headers['server']))],
  ['Amazon CloudFront', (headers) => 'x-amz-cf-id' in headers],
  ['Akamai', (headers) => /akamai/i.test(String(headers['server']))],
  ['Fastly', (headers) => String(headers['x-served-by']).startsWith('cache-')],
  ['Google', (headers) => /\bgoogle\b/i.test(headers.via ?? '')],
  ['a cache', (headers) => ['via', 'x-cache', 'age'].some((name) => name in headers)],
];

export const checkEdge: Check = ({ asked }) => {
  const last = asked?.exchanges.at(-1);
  if (!last) return NOTHING;
  const { headers, address } = last.answer;
  const edge = EDGES.find(([, isIt]) => isIt(headers))?.[0];
  const signs = SIGNATURES.flatMap((name) => {
    const value = headers[name];
    return value === undefined ? [] : [`${name}: ${String(value)}`];
  });
  const who = edge ?? 'no sign of a CDN or cache';
  const where = address === undefined ? '' : ` at ${address}`;
  return {
    findings: [note('edge', `${who}${where}${signs.length > 0 ? ` (${signs.join('; ')})` : ''}`)],
  };
};
