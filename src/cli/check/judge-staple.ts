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
  if (error) return refused(error);
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
  'the server should have a newer one by now: --compare says whether there is one, restaple doctor why not';

function refused(error: RestapleError): Finding {
  const state = stateOf(error);
  const { title, hint } = SERVED[state] ?? {};
  const message = title === undefined ? error.message : `${title}: ${error.message}`;
  const isForCheck = hint === undefined || BY_OPTION.has(error.code);
  return { ...foundError(state, error, message), ...(isForCheck ? {} : { hint }) };
}

/** What is refused unless an option allows it: the hint of the error names that. */
const BY_OPTION: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'signature-algorithm-refused',
  'next-update-missing',
  'this-update-in-future',
]);

/** The hints of errors are for who fetches a staple; whoever finds it at a server has another thing to do. */
const SERVED: Readonly<Partial<Record<State, { readonly title?: string; readonly hint: string }>>> = {
  expired: {
    title: 'staple expired',
    hint: 'the server has not renewed it: --compare says whether there is a newer one, restaple doctor why not',
  },
  forged: {
    title: 'staple forged',
    hint: 'the server staples it unverified: take it away; a signer that you trust all the same is named with --trust FILE',
  },
  'for another certificate': {
    title: 'staple for another certificate',
    hint: 'the server staples it unverified: look where it takes it from, as after a renewal',
  },
  refused: {
    title: 'staple refused',
    hint: 'the server staples it unverified: take it away; --compare says what the responder says now',
  },
  unknown: { hint: 'the CA does not know the certificate, or not yet: ask it' },
};

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
