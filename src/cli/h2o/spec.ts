/** `restaple-h2o`, as it is typed; h2o and nghttpx give it nothing but the certificate. */
import { ISSUER, JUDGING } from '../verbs/judging.ts';
import type { Verb } from '../verbs/verb.ts';
import { HASH, METHOD, RETRIES, ROAD, TIMEOUT, URL_OPTION } from '../verbs/way.ts';

export const H2O: Omit<Verb, 'run' | 'summary'> = {
  name: 'restaple-h2o',
  description:
    'Gives h2o (ocsp-update-cmd) and nghttpx (fetch-ocsp-response-file) the staple of a certificate: in DER on standard\n' +
    'output, out of the store of the keeper; where no keeper has one, from the responder. Without a file the chain is\n' +
    'read from standard input, in PEM. Writes no file.\n' +
    'Exit code 0 with a staple, 0 with nothing when the one that was given has ended, else 75: keep what there is.',
  operand: '[<cert>]',
  least: 0,
  most: 1,
  options: [
    { name: 'store', value: '<dir>', help: 'the store of the keeper (default: where restaple run has it)' },
    ISSUER,
    URL_OPTION,
    ...ROAD,
    METHOD,
    HASH,
    TIMEOUT,
    RETRIES,
    ...JUDGING,
  ],
};
