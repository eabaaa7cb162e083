/** A staple as it was served, put to every rule and to the thresholds. */
import type { RestapleError, ErrorCode } from '../../errors.ts';
import { formatDuration } from '../../duration.ts';
import { lifeUsed } from '../../staple/policy.ts';
import type { Certificate } from '../../x509/certificate.ts';
import { type Judged, judge } from '../verify/judged.ts';
import { found, foundError } from './find.ts';
import type { JudgedStaple } from './presentation.ts';
import type { Finding, State } from './states.ts';
import { type Age, type Thresholds, formatThreshold, isReached } from './thresholds.ts';
import type { CheckTools } from './tools.ts';

/** The signer has no right to speak for the issuer, or never spoke so. */
const FORGED: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'signature-invalid',
  'signer-not-found',
  'signer-not-issued',
  'signer-not-authorized',
  'signer-key-usage',
]);

export interface Verdict {
  readonly staple: JudgedStaple;
  readonly finding: Finding;
}

export function judgeStaple(
  der: Buffer,
  certificate: Certificate,
  issuer: Certificate,
  { now, judgement, thresholds }: Pick<CheckTools, 'now' | 'judgement' | 'thresholds'>,
): Verdict {
  const judged = judge(der, { certificate, issuer, now: now(), ...judgement });
  const age = ageOf(judged);
  return { staple: { der, judged, age }, finding: findingOf(judged, age, thresholds) };
}

function ageOf({ verdict, single, at }: Judged): Age | undefined {
  const end = verdict?.validUntil ?? single?.nextUpdate;
  if (!single || !end) return undefined;
  const life = { thisUpdate: single.thisUpdate.getTime(), validUntil: end.getTime() };
  const used = Math.min(1, Math.max(0, lifeUsed(life, at.getTime())));
  return { used, leftMs: end.getTime() - at.getTime() };
}

function findingOf({ error }: Judged, age: Age | undefined, thresholds: Thresholds): Finding {
  if (error) return foundError(stateOf(error), error);
  if (!age) return found('good', 'good');
  const words = `good, ${ageWords(age)}`;
  for (const [state, threshold] of [
    ['ending', thresholds.critical],
    ['ageing', thresholds.warning],
  ] as const) {
    if (!isReached(threshold, age)) continue;
    const limit = `${formatThreshold(threshold)} ${threshold.kind === 'used' ? 'used' : 'left'}`;
    return found(state, `${words}: past ${limit}`, RENEW);
  }
  return found('good', words);
}

const RENEW =
  'the server should have a newer one by now: restaple doctor, or --compare, says whether there is one';

/** `34 % used, ends in 7h54m`. */
export const ageWords = ({ used, leftMs }: Age): string =>
  `${Math.floor(used * 100)} % used, ends in ${formatDuration(leftMs)}`;

function stateOf({ code }: RestapleError): State {
  if (code === 'certificate-revoked') return 'revoked';
  if (code === 'certificate-unknown') return 'unknown';
  if (code === 'certid-mismatch') return 'for another certificate';
  if (code === 'response-expired') return 'expired';
  return FORGED.has(code) ? 'forged' : 'refused';
}
