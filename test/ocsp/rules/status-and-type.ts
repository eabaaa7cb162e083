/** Rules 2 and 3: what the responder says of itself, before anything is signed. */
import { createErrorResponse } from '../../../src/demo/pki/response.ts';
import type { RuleName } from '../../../src/ocsp/rules.ts';
import { RULES } from '../../../src/ocsp/rules.ts';
import { decodeOCSPResponse } from '../../../src/ocsp/ocsp-response.ts';
import { rawResponse } from '../../support/alter.ts';
import { type RuleTable, issuerResponds, respond } from './row.ts';

const AFTER_STATUS: readonly RuleName[] = RULES.slice(2).map(({ name }) => name);
const AFTER_TYPE: readonly RuleName[] = RULES.slice(3).map(({ name }) => name);

const goodBasic = (): Buffer | undefined => decodeOCSPResponse(respond()).responseBytes?.response;

const STATUSES = [
  ['malformedRequest', 1, 'responder-malformed-request'],
  ['internalError', 2, 'responder-internal-error'],
  ['tryLater', 3, 'responder-try-later'],
  ['sigRequired', 5, 'responder-sig-required'],
  ['unauthorized', 6, 'responder-unauthorized'],
] as const;

export const status: RuleTable = {
  rule: 'response status',
  refusals: [
    ...STATUSES.map(([responseStatus, number, code]) => ({
      says: `${responseStatus}, which is ${number}`,
      response: () => createErrorResponse(responseStatus),
      code,
      message: [`the responder answers ${responseStatus}`],
      unreached: AFTER_STATUS,
    })),
    {
      says: 'tryLater with a good response beside it, which nobody vouches for',
      response: () => rawResponse(3, goodBasic()),
      code: 'responder-try-later',
      message: ['tryLater'],
      unreached: AFTER_STATUS,
    },
  ],
  acceptances: [],
};

export const type: RuleTable = {
  rule: 'response type',
  refusals: [
    {
      says: 'another type of response, though what is in it is a good one',
      response: () => rawResponse(0, goodBasic(), '1.3.6.1.5.5.7.48.1.99'),
      code: 'response-type-unknown',
      message: ['response type 1.3.6.1.5.5.7.48.1.99', 'id-pkix-ocsp-basic (1.3.6.1.5.5.7.48.1.1)'],
      unreached: AFTER_TYPE,
    },
    {
      says: 'version 2',
      response: () => respond({ version: 2 }),
      code: 'response-version-unknown',
      message: ['response version 2 is not 1'],
      unreached: AFTER_TYPE,
    },
    {
      says: 'version 2, signed by the issuer itself',
      response: () => issuerResponds({ version: 2 }),
      code: 'response-version-unknown',
      message: ['response version 2 is not 1'],
      unreached: AFTER_TYPE,
    },
  ],
  acceptances: [],
};
