/** How long the response will serve. */
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { halfLife } from '../staple/refresh-policy.ts';
import { type Check, NOTHING } from './check.ts';
import { ok, problem } from './finding.ts';

export const checkLife: Check = ({ asked }, { now }) => {
  if (!asked?.verdict) return NOTHING;
  const { verdict } = asked;
  const at = now();
  const left = formatDuration(verdict.validUntil.getTime() - at.getTime());
  const whole = formatDuration(verdict.validUntil.getTime() - verdict.thisUpdate.getTime());
  const detail = `${left} of ${whole}, until ${formatInstant(verdict.validUntil)}`;
  const finding =
    halfLife(verdict) > at
      ? ok('time left', detail)
      : problem('time left', detail, {
          meaning:
            'more than half of its life is gone: the responder, or a cache before it, is slow to renew',
        });
  return { findings: [finding] };
};
