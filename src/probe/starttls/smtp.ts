/** SMTP (RFC 3207) and LMTP (RFC 2033), which differs in the word of its greeting. */
import { isIP } from 'node:net';
import type { Wire } from '../wire.ts';
import { expectReply } from './reply.ts';

export const smtp = (wire: Wire): Promise<void> => mail(wire, 'EHLO');
export const lmtp = (wire: Wire): Promise<void> => mail(wire, 'LHLO');

async function mail(wire: Wire, hello: string): Promise<void> {
  await expectReply(wire, '220');
  const { lines } = await expectReply(wire, '250', `${hello} ${ownName(wire.localAddress)}`);
  if (!lines.slice(1).some((line) => /^STARTTLS\s*$/i.test(line)))
    wire.refuse('the server offers no STARTTLS');
  await expectReply(wire, '220', 'STARTTLS');
}

/** An address stands for the name of a client that has none which others can resolve (RFC 5321 section 4.1.3). */
function ownName(address: string): string {
  return isIP(address) === 6 ? `[IPv6:${address.replace(/%.*$/, '')}]` : `[${address}]`;
}
