/** The answer to a question among those of a response. */
import { encodeCertID, matchesCertID } from '../../ocsp/cert-id.ts';
import { strictest } from '../../ocsp/match-single.ts';
import type { SingleResponse } from '../../ocsp/single-response.ts';
import type { Question } from './questions.ts';

/** By whichever hash where the certificate is known, else by the very CertID; the strictest where there are several. */
export function answerTo(
  { certID, subject }: Question,
  responses: readonly SingleResponse[],
): SingleResponse | undefined {
  const asked = encodeCertID(certID);
  return strictest(
    responses.filter((single) =>
      subject
        ? matchesCertID(single.certID, subject.certificate, subject.issuer)
        : encodeCertID(single.certID).equals(asked),
    ),
  );
}
