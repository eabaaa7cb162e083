/** Does the server have a second certificate, with a key of the other kind, and how does that one fare? */
import { RestapleError } from '../errors.ts';
import { findIssuer } from '../issuer/find-issuer.ts';
import type { KeyType } from '../probe/key-type.ts';
import type { Look } from '../probe/look.ts';
import { verifyStaple } from '../staple/staple.ts';
import { type Certificate, decodeCertificate } from '../x509/certificate.ts';
import { judging } from './ask.ts';
import { type Check, NOTHING, type Tools } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';

const TITLE = 'other key';
const OTHER: Readonly<Record<KeyType, KeyType>> = { rsa: 'ecdsa', ecdsa: 'rsa' };

/** Asked last: a server that has no other writes of an error into its log. */
export const checkOtherKey: Check = async ({ server, keyType, served, issuer }, tools) => {
  if (!server || !keyType || !served) return NOTHING;
  const other = OTHER[keyType];
  const look = await tools.look(server, other).catch(() => undefined);
  if (look?.keyType !== other) return NOTHING;
  return { findings: [judged(look, `the ${other.toUpperCase()} certificate beside it`, issuer, tools)] };
};

function judged(
  { chain, staple }: Look,
  what: string,
  first: Certificate | undefined,
  tools: Tools,
): Finding {
  const meaning = 'clients that take this certificate fare otherwise than those that take the first';
  if (!staple) return problem(TITLE, `${what} comes without a staple`, { meaning });
  try {
    const [certificate, ...others] = chain.map((der) => decodeCertificate(der));
    const known = [...(tools.givenIssuers ?? []), ...others, ...(first ? [first] : [])];
    const issuer = certificate && findIssuer(certificate, known);
    if (!issuer) return note(TITLE, `${what} comes with a staple, which cannot be judged without its issuer`);
    verifyStaple(staple, judging(certificate, issuer, tools));
    return ok(TITLE, `${what} has a good staple of its own`);
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    return problem(TITLE, `${what}: ${error.message}`, { meaning });
  }
}
