/** Does somebody listen, at each address of the responders? */
import { addressPort } from '../http/place.ts';
import { type Check, NOTHING } from './check.ts';
import { ok, problem } from './finding.ts';

/** As for a request. */
const CONNECT_TIMEOUT_MS = 5_000;
/** A CDN has two or four of each family. */
const MAX_ADDRESSES = 16;

export const checkTcp: Check = async ({ places }, { connect }) => {
  if (!places) return NOTHING;
  const ends = places
    .flatMap(({ addresses, port }) => addresses.map((address) => ({ address, port })))
    .slice(0, MAX_ADDRESSES);
  const reasons = await Promise.all(
    ends.map(({ address, port }) => connect(address, port, CONNECT_TIMEOUT_MS)),
  );
  const isAnyUp = reasons.includes(undefined);
  return {
    ...(ends.length > 0 && { known: { isAnyUp } }),
    findings: ends.map(({ address, port }, i) => {
      const reason = reasons[i];
      const end = addressPort(address, port);
      if (reason === undefined) return ok('TCP', `${end} connects`);
      return problem('TCP', `${end}: ${reason}`, {
        meaning: isAnyUp
          ? 'clients without happy eyeballs that try this address first wait or fail'
          : 'nobody answers there, or a firewall is on the way',
      });
    }),
  };
};
