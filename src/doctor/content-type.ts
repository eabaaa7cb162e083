/** Does the responder call its response what it is? */
import { type Check, NOTHING } from './check.ts';
import { problem } from './finding.ts';

const OCSP_RESPONSE = /^application\/ocsp-response(?:\s*;|$)/i;

export const checkContentType: Check = ({ asked }) => {
  const last = asked?.exchanges.findLast(({ answer }) => asked.der?.equals(answer.body) === true);
  if (!last) return NOTHING;
  const type = last.answer.headers['content-type'];
  if (OCSP_RESPONSE.test(type ?? '')) return NOTHING;
  const detail = `${type ?? 'missing'}, not application/ocsp-response`;
  const meaning = 'restaple takes it all the same, but a stricter client refuses it (RFC 6960 appendix A.2)';
  return { findings: [problem('Content-Type', detail, { meaning })] };
};
