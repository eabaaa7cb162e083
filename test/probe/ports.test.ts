/** What is known of a port by its number. */
import { describe, expect, it } from 'vitest';
import { beginningAt } from '../../src/probe/ports.ts';

describe('a port', () => {
  it.each([
    [443, 'direct'],
    [465, 'direct'],
    [636, 'direct'],
    [853, 'direct'],
    [990, 'direct'],
    [993, 'direct'],
    [995, 'direct'],
    [5061, 'direct'],
    [5223, 'direct'],
    [5270, 'direct'],
    [6697, 'direct'],
    [8443, 'direct'],
    [21, 'ftp'],
    [24, 'lmtp'],
    [25, 'smtp'],
    [587, 'smtp'],
    [110, 'pop3'],
    [119, 'nntp'],
    [143, 'imap'],
    [389, 'ldap'],
    [3306, 'mysql'],
    [4190, 'sieve'],
    [5222, 'xmpp'],
    [5269, 'xmpp-server'],
    [5432, 'postgres'],
    [80, undefined],
    [12_345, undefined],
  ])('%i begins with %s', (port, beginning) => {
    expect(beginningAt(port)).toBe(beginning);
  });
});
