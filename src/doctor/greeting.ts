/** Which protocol a server speaks that greets before TLS, on a port that is not known for it. */
import type { StartTlsName } from '../probe/starttls/dialogues.ts';

/** What each server says first; those that wait for the client are not told apart so. */
const GREETINGS: readonly (readonly [StartTlsName, RegExp])[] = [
  // The code is the same for all three; the word is custom, and most servers keep to it.
  ['lmtp', /^220[ -].*\bLMTP\b/i],
  ['smtp', /^220[ -].*\bE?SMTP\b/i],
  ['ftp', /^220[ -].*(?:FTP|FileZilla)/i],
  ['imap', /^\* OK\b/i],
  ['pop3', /^\+OK\b/i],
  ['nntp', /^20[01][ -]/],
  ['sieve', /^"IMPLEMENTATION"/i],
  // A packet of number 0 that begins with version 10 of the protocol.
  // eslint-disable-next-line no-control-regex
  ['mysql', /^[^]{3}\0\x0a/],
];

export function greetingOf(said: Buffer): StartTlsName | undefined {
  const text = said.toString('latin1');
  return GREETINGS.find(([, greeting]) => greeting.test(text))?.[0];
}
