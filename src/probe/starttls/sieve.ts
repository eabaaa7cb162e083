/** ManageSieve (RFC 5804 sections 1.7 and 2.2): the greeting is the list of capabilities. */
import { type Wire, quoted } from '../wire.ts';
import { refuseReply } from './reply.ts';

const OK = /^OK\b/i;
const REFUSED = /^(?:NO|BYE)\b/i;

export async function sieve(wire: Wire): Promise<void> {
  let offered = false;
  for (let line = await wire.line(); !OK.test(line); line = await wire.line()) {
    if (REFUSED.test(line)) refuseReply(wire, line, '');
    if (!line.startsWith('"')) wire.refuse(`said ${quoted(line)}, which is no capability`);
    offered ||= /^"STARTTLS"/i.test(line);
  }
  if (!offered) wire.refuse('the server offers no STARTTLS');
  wire.write('STARTTLS\r\n');
  const answer = await wire.line();
  if (!OK.test(answer)) refuseReply(wire, answer, 'STARTTLS');
}
