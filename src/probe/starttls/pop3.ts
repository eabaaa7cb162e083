/** POP3 (RFC 2595 section 4). */
import type { Wire } from '../wire.ts';
import { refuseReply } from './reply.ts';

const OK = /^\+OK\b/i;

export async function pop3(wire: Wire): Promise<void> {
  const greeting = await wire.line();
  if (!OK.test(greeting)) refuseReply(wire, greeting, '');
  wire.write('CAPA\r\n');
  // A server from before RFC 2449 does not know the command, and may know STLS.
  if (OK.test(await wire.line())) {
    let offered = false;
    for (let line = await wire.line(); line !== '.'; line = await wire.line())
      offered ||= /^STLS\s*$/i.test(line);
    if (!offered) wire.refuse('the server offers no STLS');
  }
  wire.write('STLS\r\n');
  const answer = await wire.line();
  if (!OK.test(answer)) refuseReply(wire, answer, 'STLS');
}
