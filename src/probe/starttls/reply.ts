/**
 * Replies of a code of three digits and words, on one line or more (RFC 959 section 4.2, RFC 5321 section 4.2).
 *
 * `220-first`, `220 last`: in between, FTP allows lines of any kind.
 */
import { type Wire, quoted } from '../wire.ts';

export interface Reply {
  readonly code: string;
  /** Each without its code. */
  readonly lines: readonly string[];
  /** As the server said it, as far as messages want it: its last line. */
  readonly last: string;
}

const LINE = /^(\d{3})(?:([ -])(.*))?$/;

export async function readReply(wire: Wire): Promise<Reply> {
  const lines: string[] = [];
  let code: string | undefined;
  for (;;) {
    const line = await wire.line();
    const [, digits, mark, words = ''] = LINE.exec(line) ?? [];
    if (digits === undefined && code === undefined) wire.refuse(`said ${quoted(line)}, which is no reply`);
    code ??= digits ?? '';
    lines.push(digits === code ? words : line.trim());
    if (digits === code && mark !== '-') return { code, lines, last: line };
  }
}

/** @throws ProbeError `probe-starttls-failed` for any other code; `command` is what was asked, nothing for a greeting. */
export async function expectReply(wire: Wire, code: string, command = ''): Promise<Reply> {
  if (command !== '') wire.write(`${command}\r\n`);
  const reply = await readReply(wire);
  if (reply.code !== code) refuseReply(wire, reply.last, command);
  return reply;
}

export function refuseReply(wire: Wire, reply: string, command: string): never {
  const [verb = ''] = command.split(' ');
  return wire.refuse(
    command === '' ? `greeted with ${quoted(reply)}` : `answered ${quoted(reply)} to ${verb}`,
  );
}
