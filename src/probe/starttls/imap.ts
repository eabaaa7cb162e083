/** IMAP (RFC 9051 section 6.2.1). */
import type { Wire } from '../wire.ts';
import { refuseReply } from './reply.ts';

export async function imap(wire: Wire): Promise<void> {
  const greeting = await wire.line();
  // In the authenticated state, which PREAUTH begins with, STARTTLS is not allowed.
  if (!/^\* OK\b/i.test(greeting)) refuseReply(wire, greeting, '');
  const capabilities = await command(wire, 'a1', 'CAPABILITY');
  const words = capabilities.flatMap((line) => /^\* CAPABILITY (.*)$/i.exec(line)?.[1]?.split(/ +/) ?? []);
  if (!words.some((word) => word.toUpperCase() === 'STARTTLS')) wire.refuse('the server offers no STARTTLS');
  await command(wire, 'a2', 'STARTTLS');
}

/** @returns the untagged lines that came before the tagged one, which must be OK. */
async function command(wire: Wire, tag: string, verb: string): Promise<string[]> {
  wire.write(`${tag} ${verb}\r\n`);
  const untagged: string[] = [];
  for (;;) {
    const line = await wire.line();
    if (line.startsWith(`${tag} `)) {
      const answer = line.slice(tag.length + 1);
      if (!/^OK\b/i.test(answer)) refuseReply(wire, answer, verb);
      return untagged;
    }
    if (!line.startsWith('* ') || /^\* BYE\b/i.test(line)) refuseReply(wire, line, verb);
    untagged.push(line);
  }
}
