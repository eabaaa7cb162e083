/** FTP (RFC 4217 section 4): AUTH TLS on the control connection. */
import type { Wire } from '../wire.ts';
import { expectReply, readReply, refuseReply } from './reply.ts';

/** Unknown command, no such command, not with these arguments (RFC 959 section 4.2.1; RFC 4217 section 4). */
const UNKNOWN: ReadonlySet<string> = new Set(['500', '502', '504']);

export async function ftp(wire: Wire): Promise<void> {
  await expectReply(wire, '220');
  wire.write('AUTH TLS\r\n');
  const { code, last } = await readReply(wire);
  if (UNKNOWN.has(code)) wire.refuse('the server offers no AUTH TLS');
  if (code !== '234') refuseReply(wire, last, 'AUTH');
}
