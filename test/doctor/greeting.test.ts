/** What servers say before TLS, word for word, and what they are taken for. */
import { expect, it } from 'vitest';
import { greetingOf } from '../../src/doctor/greeting.ts';

it.each<[string, string | undefined]>([
  ['220 mail.example.test ESMTP Postfix (Debian/GNU)\r\n', 'smtp'],
  ['220-mail.example.test ESMTP Exim 4.96\r\n220 no spam\r\n', 'smtp'],
  ['220 EX1.example.test Microsoft ESMTP MAIL Service ready\r\n', 'smtp'],
  ['220 mail.example.test LMTP ready\r\n', 'lmtp'],
  ['220 (vsFTPd 3.0.3)\r\n', 'ftp'],
  ['220-FileZilla Server 1.8.1\r\n', 'ftp'],
  ['220---------- Welcome to Pure-FTPd [privsep] [TLS] ----------\r\n', 'ftp'],
  ['* OK [CAPABILITY IMAP4rev1 STARTTLS] Dovecot ready.\r\n', 'imap'],
  ['+OK Dovecot ready.\r\n', 'pop3'],
  ['200 news.example.test InterNetNews NNRP server INN 2.7.1 ready\r\n', 'nntp'],
  ['"IMPLEMENTATION" "Dovecot Pigeonhole"\r\n', 'sieve'],
  ['\x5b\0\0\0\x0a11.4.2-MariaDB\0', 'mysql'],
  ['220 ready\r\n', undefined],
  ['SSH-2.0-OpenSSH_9.2p1\r\n', undefined],
  ['HTTP/1.1 400 Bad Request\r\n', undefined],
  ['', undefined],
])('%j: %s', (said, protocol) => {
  expect(greetingOf(Buffer.from(said, 'latin1'))).toBe(protocol);
});
