/**
 * What servers say until TLS begins: recorded from the servers named, else written after the examples of the RFC. The last
 * thing that is said is the agreement, but for MySQL's, where the client has the last word.
 */
import type { StartTlsName } from '../../../src/probe/starttls/dialogues.ts';
import type { Step } from './script.ts';

const hex = (digits: string): Buffer => Buffer.from(digits.replaceAll(/\s/g, ''), 'hex');
const crlf = (...lines: readonly string[]): string => lines.map((line) => `${line}\r\n`).join('');

export const EHLO = 'EHLO [127.0.0.1]\r\n';

/** A greeting of MariaDB 10.11, with TLS; `withTls` and `version` are what tests change. */
export function mysqlGreeting(withTls = true, version = 10): Buffer {
  const body = Buffer.concat([
    Buffer.of(version),
    Buffer.from('5.5.5-10.11.6-MariaDB-0+deb12u1\0', 'latin1'),
    hex('1f000000 5f4b3c2a41424344 00'),
    hex(withTls ? 'feff' : 'fef7'),
    hex('2d 0200 ff81 15 00000000000 01d000000'),
    Buffer.from('0123456789ab\0mysql_native_password\0', 'latin1'),
  ]);
  const head = Buffer.alloc(4);
  head.writeUIntLE(body.length, 0, 3);
  return Buffer.concat([head, body]);
}

/** CLIENT_PROTOCOL_41, CLIENT_SSL, CLIENT_SECURE_CONNECTION, CLIENT_PLUGIN_AUTH; 16 MiB; utf8; 23 zeros. */
export const MYSQL_SSL_REQUEST: Buffer = Buffer.concat([
  hex('200000 01 008a0800 00000001 21'),
  Buffer.alloc(23),
]);

/** messageID 1, [APPLICATION 23] with the OID of StartTLS (RFC 4511 section 4.14.1). */
export const LDAP_REQUEST: Buffer = hex('301d 020101 7718 8016 312e332e362e312e342e312e313436362e3230303337');
/** Success without words, as OpenLDAP says it: resultCode 0, no DN, no message. */
export const LDAP_SUCCESS: Buffer = hex('300c 020101 7807 0a0100 0400 0400');
/** The same from Active Directory, which writes lengths in four octets, and adds the name of the operation. */
export const LDAP_SUCCESS_LONG: Buffer = hex(
  '308400000028 020101 78840000001f 0a0100 0400 0400 8a16 312e332e362e312e342e312e313436362e3230303337',
);

const XMPP_STREAM = (namespace: string, to: string): string =>
  `<?xml version='1.0'?><stream:stream to='${to}' version='1.0' xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams'>`;
const XMPP_STARTTLS = "<starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>";

const xmpp = (namespace: string): readonly Step[] => [
  { hear: XMPP_STREAM(namespace, 'www.example.test') },
  {
    say: `<?xml version='1.0'?><stream:stream id='4bf3' version='1.0' xml:lang='en' xmlns='${namespace}' xmlns:stream='http://etherx.jabber.org/streams' from='www.example.test'>`,
  },
  {
    say: "<stream:features><starttls xmlns='urn:ietf:params:xml:ns:xmpp-tls'><required/></starttls></stream:features>",
  },
  { hear: XMPP_STARTTLS },
  { say: "<proceed xmlns='urn:ietf:params:xml:ns:xmpp-tls'/>" },
];

export const DIALOGUE_STEPS: Readonly<Record<StartTlsName, readonly Step[]>> = {
  // Exim 4.96 of Debian 12.
  smtp: [
    { say: crlf('220 localhost ESMTP Exim 4.96 Sun, 22 Nov 2026 20:15:00 +0000') },
    { hear: EHLO },
    {
      say: crlf(
        '250-localhost Hello www [127.0.0.1]',
        '250-SIZE 52428800',
        '250-8BITMIME',
        '250-PIPELINING',
        '250-PIPECONNECT',
        '250-STARTTLS',
        '250 HELP',
      ),
    },
    { hear: 'STARTTLS\r\n' },
    { say: crlf('220 TLS go ahead') },
  ],
  lmtp: [
    { say: crlf('220 localhost Dovecot (Debian) ready.') },
    { hear: 'LHLO [127.0.0.1]\r\n' },
    {
      say: crlf('250-localhost', '250-STARTTLS', '250-8BITMIME', '250-ENHANCEDSTATUSCODES', '250 PIPELINING'),
    },
    { hear: 'STARTTLS\r\n' },
    { say: crlf('220 2.0.0 Begin TLS negotiation now.') },
  ],
  // Dovecot 2.3.19 of Debian 12.
  imap: [
    {
      say: crlf(
        '* OK [CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED] Dovecot (Debian) ready.',
      ),
    },
    { hear: 'a1 CAPABILITY\r\n' },
    {
      say: crlf(
        '* CAPABILITY IMAP4rev1 SASL-IR LOGIN-REFERRALS ID ENABLE IDLE LITERAL+ STARTTLS LOGINDISABLED',
        'a1 OK Pre-login capabilities listed, post-login capabilities have more.',
      ),
    },
    { hear: 'a2 STARTTLS\r\n' },
    { say: crlf('a2 OK Begin TLS negotiation now.') },
  ],
  pop3: [
    { say: crlf('+OK Dovecot (Debian) ready.') },
    { hear: 'CAPA\r\n' },
    {
      say: crlf(
        '+OK',
        'CAPA',
        'TOP',
        'UIDL',
        'RESP-CODES',
        'PIPELINING',
        'AUTH-RESP-CODE',
        'STLS',
        'SASL',
        '.',
      ),
    },
    { hear: 'STLS\r\n' },
    { say: crlf('+OK Begin TLS negotiation now.') },
  ],
  // A welcome of several lines, one of which has no code (RFC 959 section 4.2).
  ftp: [
    { say: crlf('220-Welcome', '  to the archive', '220 (vsFTPd 3.0.3)') },
    { hear: 'AUTH TLS\r\n' },
    { say: crlf('234 Proceed with negotiation.') },
  ],
  ldap: [{ hear: LDAP_REQUEST }, { say: LDAP_SUCCESS }],
  // Prosody 0.12 of Debian 12.
  xmpp: xmpp('jabber:client'),
  'xmpp-server': xmpp('jabber:server'),
  postgres: [{ hear: hex('00000008 04d2162f') }, { say: 'S' }],
  mysql: [{ say: mysqlGreeting() }, { hear: MYSQL_SSL_REQUEST }],
  // nnrpd of INN 2.7.1.
  nntp: [
    { say: crlf('200 news.test.invalid InterNetNews NNRP server INN 2.7.1 ready (posting ok)') },
    { hear: 'CAPABILITIES\r\n' },
    // In two packets.
    { say: crlf('101 Capability list:') },
    {
      say: crlf(
        'VERSION 2',
        'IMPLEMENTATION INN 2.7.1',
        'AUTHINFO SASL',
        'COMPRESS DEFLATE',
        'HDR',
        'LIST ACTIVE ACTIVE.TIMES COUNTS DISTRIB.PATS DISTRIBUTIONS HEADERS MODERATORS MOTD NEWSGROUPS OVERVIEW.FMT SUBSCRIPTIONS',
        'OVER',
        'POST',
        'READER',
        'SASL SCRAM-SHA-512 SCRAM-SHA-384 SCRAM-SHA-256 SCRAM-SHA-224 SCRAM-SHA-1 DIGEST-MD5 CRAM-MD5 NTLM',
        'STARTTLS',
        'XPAT',
        '.',
      ),
    },
    { hear: 'STARTTLS\r\n' },
    { say: crlf('382 Begin TLS negotiation now') },
  ],
  // RFC 5804 section 2.2.1; Dovecot says it in the same form.
  sieve: [
    {
      say: crlf(
        '"IMPLEMENTATION" "Dovecot (Debian) Pigeonhole"',
        '"SIEVE" "fileinto reject envelope"',
        '"NOTIFY" "mailto"',
        '"SASL" ""',
        '"STARTTLS"',
        '"VERSION" "1.0"',
        'OK "Dovecot (Debian) ready."',
      ),
    },
    { hear: 'STARTTLS\r\n' },
    { say: crlf('OK "Begin TLS negotiation now."') },
  ],
};
