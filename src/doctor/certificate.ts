/** Is the certificate one that a responder still answers for, and what does it promise its clients? */
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { InputError } from '../errors.ts';
import { hasNoRevAvail, isMustStaple } from '../x509/tls-feature.ts';
import type { Certificate } from '../x509/certificate.ts';
import { unusable } from './certificate-file.ts';
import { type Check, type Found, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';

export const checkCertificate: Check = ({ certificate }, { now }) => {
  if (!certificate) return NOTHING;
  try {
    const mustStaple = isMustStaple(certificate);
    const { findings, ...rest } = validityOf(certificate, now());
    const known = { mustStaple, noRevAvail: hasNoRevAvail(certificate) };
    return { ...rest, known, findings: [...findings, mustStaple ? MUST : MUST_NOT] };
  } catch (error) {
    return unusable('must-staple', error);
  }
};

const MUST = note('must-staple', 'yes', {
  meaning: 'clients that honour it refuse the server whenever it has no staple',
  advice: 'keep the staple fresh well before it ends; renew without must-staple if the CA gives OCSP up',
});
const MUST_NOT = ok('must-staple', 'no: without a staple clients go on');

function validityOf({ notBefore, notAfter }: Certificate, at: Date): Found {
  if (notAfter <= at) {
    const message = `the certificate ended at ${formatInstant(notAfter)}`;
    const finding = problem('validity', message, { meaning: 'responders forget expired certificates' });
    return { findings: [finding], error: new InputError('certificate-expired', message) };
  }
  if (notBefore > at) {
    const detail = `begins only at ${formatInstant(notBefore)}, now is ${formatInstant(at)}`;
    const finding = problem('validity', detail, {
      meaning: 'the clock of this machine is behind, or the certificate is for later',
      advice: 'check the clock: timedatectl',
    });
    return { findings: [finding] };
  }
  const left = `${formatDuration(notAfter.getTime() - at.getTime())} left`;
  return { findings: [ok('validity', `${formatInstant(notBefore)} to ${formatInstant(notAfter)}, ${left}`)] };
}
