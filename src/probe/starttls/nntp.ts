/** NNTP (RFC 4642 section 2.2). */
import type { Wire } from '../wire.ts';
import { expectReply, readReply, refuseReply } from './reply.ts';

export async function nntp(wire: Wire): Promise<void> {
  const greeting = await readReply(wire);
  // 201: posting is not allowed.
  if (greeting.code !== '200' && greeting.code !== '201') refuseReply(wire, greeting.last, '');
  wire.write('CAPABILITIES\r\n');
  const { code } = await readReply(wire);
  // A server from before RFC 3977 does not know the command, and may know STARTTLS.
  if (code === '101') {
    let offered = false;
    for (let line = await wire.line(); line !== '.'; line = await wire.line())
      offered ||= /^STARTTLS\s*$/i.test(line);
    if (!offered) wire.refuse('the server offers no STARTTLS');
  }
  await expectReply(wire, '382', 'STARTTLS');
}
