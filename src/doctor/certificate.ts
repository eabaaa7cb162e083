/** Is the certificate one that a responder still answers for, and what does it promise its clients? */
import { attempt } from '../attempt.ts';
import { formatInstant } from '../der/time.ts';
import { formatDuration } from '../duration.ts';
import { InputError } from '../errors.ts';
import { hasNoRevAvail, isMustStaple } from '../x509/tls-feature.ts';
import { type Check, NOTHING } from './check.ts';
import { note, ok, problem } from './finding.ts';

export const checkCertificate: Check = ({ certificate }, { now }) => {
  if (!certificate) return NOTHING;
  const { notBefore, notAfter } = certificate;
  const at = now();
  const mustStaple = attempt(() => isMustStaple(certificate)) === true;
  const known = { mustStaple, noRevAvail: hasNoRevAvail(certificate) };
  const promise = mustStaple
    ? note('must-staple', 'yes', {
        meaning: 'clients that honour it refuse the server whenever it has no staple',
        advice:
          'keep the staple fresh well before it ends; renew without must-staple if the CA gives OCSP up',
      })
    : ok('must-staple', 'no: without a staple clients go on');
  if (notAfter <= at) {
    const message = `the certificate ended at ${formatInstant(notAfter)}`;
    return {
      findings: [
        problem('validity', message, { meaning: 'responders forget expired certificates' }),
        promise,
      ],
      known,
      error: new InputError('certificate-expired', message),
    };
  }
  const left = `${formatDuration(notAfter.getTime() - at.getTime())} left`;
  const validity =
    notBefore > at
      ? problem('validity', `begins only at ${formatInstant(notBefore)}, now is ${formatInstant(at)}`, {
          meaning: 'the clock of this machine is behind, or the certificate is for later',
          advice: 'check the clock: timedatectl',
        })
      : ok('validity', `${formatInstant(notBefore)} to ${formatInstant(notAfter)}, ${left}`);
  return { findings: [validity, promise], known };
};
