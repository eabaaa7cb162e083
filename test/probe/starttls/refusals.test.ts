/** Servers that will not, and what they say. */
import { describe, expect, it } from 'vitest';
import { enumerated, integer, octetString, sequence, tlv } from '../../../src/der/writer.ts';
import type { StartTlsName } from '../../../src/probe/starttls/dialogues.ts';
import { DIALOGUE_STEPS, EHLO, mysqlGreeting } from '../../support/starttls/dialogues.ts';
import type { Step } from '../../support/starttls/script.ts';
import { lookAtScript } from '../look.ts';

/** An ExtendedResponse with a result, words and the message's number. */
const ldap = (code: number, words = '', id = 1): Buffer =>
  sequence(
    integer(id),
    tlv(0x78, enumerated(code), octetString(Buffer.of()), octetString(Buffer.from(words))),
  );

const mysqlError = (words: string): Buffer => {
  const body = Buffer.concat([Buffer.of(0xff, 0x10, 0x04), Buffer.from(words, 'latin1')]);
  return Buffer.concat([Buffer.of(body.length, 0, 0, 0), body]);
};

/** ErrorResponse: the length counts itself. */
const postgresError = (...fields: readonly string[]): Buffer => {
  const body = Buffer.from(`${fields.map((field) => `${field}\0`).join('')}\0`, 'latin1');
  return Buffer.concat([Buffer.of(0x45, 0, 0, 0, body.length + 4), body]);
};

/** The recorded dialogue with its last say in other words. */
const until = (name: StartTlsName, last: string | Uint8Array): readonly Step[] => [
  ...DIALOGUE_STEPS[name].slice(0, -1),
  { say: last },
];
/** The same up to the first thing that is said. */
const greeted = (name: StartTlsName, ...more: readonly Step[]): readonly Step[] => [
  ...DIALOGUE_STEPS[name].slice(0, 2),
  ...more,
];

describe('a server that does not agree to TLS is quoted', () => {
  it.each<[StartTlsName, string, readonly Step[]]>([
    ['smtp', 'greeted with "554 No SMTP service here"', [{ say: '554 No SMTP service here\r\n' }]],
    [
      'smtp',
      'answered "550 go away" to EHLO',
      [{ say: '220 x\r\n' }, { hear: EHLO }, { say: '550-you\r\n550 go away\r\n' }],
    ],
    ['smtp', 'the server offers no STARTTLS', greeted('smtp', { say: '250-hi\r\n250 HELP\r\n' })],
    // The first line of the answer is the server's name, whatever it is.
    ['smtp', 'the server offers no STARTTLS', greeted('smtp', { say: '250-STARTTLS\r\n250 HELP\r\n' })],
    ['smtp', 'answered "454 TLS not available" to STARTTLS', until('smtp', '454 TLS not available\r\n')],
    ['lmtp', 'the server offers no STARTTLS', greeted('lmtp', { say: '250 hi\r\n' })],
    ['imap', 'greeted with "* PREAUTH welcome"', [{ say: '* PREAUTH welcome\r\n' }]],
    ['imap', 'greeted with "* BYE full"', [{ say: '* BYE full\r\n' }]],
    [
      'imap',
      'the server offers no STARTTLS',
      greeted('imap', { say: '* CAPABILITY IMAP4rev1 XSTARTTLS\r\na1 OK\r\n' }),
    ],
    ['imap', 'answered "BAD no" to STARTTLS', until('imap', 'a2 BAD no\r\n')],
    ['imap', 'answered "* BYE late" to STARTTLS', until('imap', '* BYE late\r\n')],
    ['pop3', 'greeted with "-ERR down"', [{ say: '-ERR down\r\n' }]],
    ['pop3', 'the server offers no STLS', greeted('pop3', { say: '+OK\r\nUSER\r\n.\r\n' })],
    ['pop3', 'answered "-ERR no" to STLS', until('pop3', '-ERR no\r\n')],
    ['ftp', 'greeted with "421 too many"', [{ say: '421 too many\r\n' }]],
    ['ftp', 'the server offers no AUTH TLS', until('ftp', '502 not here\r\n')],
    [
      'ftp',
      'answered "530 Please login with USER and PASS." to AUTH',
      until('ftp', '530 Please login with USER and PASS.\r\n'),
    ],
    ['nntp', 'greeted with "400 down"', [{ say: '400 down\r\n' }]],
    ['nntp', 'the server offers no STARTTLS', greeted('nntp', { say: '101 x\r\nREADER\r\n.\r\n' })],
    [
      'nntp',
      'answered "580 Can not initiate TLS" to STARTTLS',
      until('nntp', '580 Can not initiate TLS\r\n'),
    ],
    ['sieve', 'greeted with "BYE "not now""', [{ say: 'BYE "not now"\r\n' }]],
    ['sieve', 'the server offers no STARTTLS', [{ say: '"VERSION" "1.0"\r\nOK\r\n' }]],
    ['sieve', 'answered "NO "no"" to STARTTLS', until('sieve', 'NO "no"\r\n')],
    ['ldap', 'the server offers no StartTLS', until('ldap', ldap(2))],
    [
      'ldap',
      'the server offers no StartTLS: "unsupported extended operation"',
      until('ldap', ldap(2, 'unsupported extended operation')),
    ],
    [
      'ldap',
      'answered "unavailable (52): Error initializing SSL" to StartTLS',
      until('ldap', ldap(52, 'Error initializing SSL')),
    ],
    ['ldap', 'answered "result (99)" to StartTLS', until('ldap', ldap(99))],
    ['ldap', 'answered "unavailable (52): bye" to StartTLS', until('ldap', ldap(52, 'bye', 0))],
    // A notice of disconnection is none to go on after, whatever its result.
    ['ldap', 'answered "result (0)" to StartTLS', until('ldap', ldap(0, '', 0))],
    ['ldap', 'answered StartTLS with message 7, not 1', until('ldap', ldap(0, '', 7))],
    ['postgres', 'the server offers no TLS', until('postgres', 'N')],
    [
      'postgres',
      'answered "sorry, too many clients" to SSLRequest',
      until('postgres', postgresError('SFATAL', 'C53300', 'Msorry, too many clients')),
    ],
    ['postgres', 'answered "H" to SSLRequest', until('postgres', 'HTTP/1.1 400 Bad Request\r\n')],
    ['mysql', 'the server offers no TLS', [{ say: mysqlGreeting(false) }]],
    [
      'mysql',
      `greeted with "Host '10.0.0.9' is not allowed to connect"`,
      [{ say: mysqlError("Host '10.0.0.9' is not allowed to connect") }],
    ],
    ['mysql', 'greeted with "Too many connections"', [{ say: mysqlError('#08004Too many connections') }]],
    ['mysql', 'speaks version 9 of the protocol, only 10 is known', [{ say: mysqlGreeting(true, 9) }]],
    [
      'xmpp',
      'the server offers no STARTTLS',
      greeted('xmpp', { say: '<stream:features><bind/></stream:features>' }),
    ],
    ['xmpp', 'the server offers no STARTTLS', greeted('xmpp', { say: '<stream:features/>' })],
    [
      'xmpp',
      'answered "<stream:error><host-unknown/></stream:error>" to the stream',
      greeted('xmpp', { say: '<stream:error><host-unknown/></stream:error></stream:stream>' }),
    ],
    [
      'xmpp',
      `answered "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" to STARTTLS`,
      until('xmpp', "<failure xmlns='urn:ietf:params:xml:ns:xmpp-tls'/></stream:stream>"),
    ],
  ])('%s: %s', async (beginning, words, steps) => {
    const seen = await lookAtScript(steps, { beginning }, 'hang up');
    expect(seen).toEqual({ look: undefined, code: 'probe-starttls-failed', words, wrong: [] });
  });

  it('without its control characters, and not at length', async () => {
    const say = `554 \u001B[2J\u202Eevil ${'x'.repeat(300)}\r\n`;
    const { words } = await lookAtScript([{ say }], { beginning: 'smtp' }, 'hang up');
    expect(words).toMatch(/^greeted with "554 \\u\{1b\}\[2J\\u\{202e\}evil x+…"$/);
    expect(words.length).toBeLessThan(230);
  });
});
