/** Dovecot: IMAP, POP3, LMTP and ManageSieve; and behind a PROXY header. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer, write } from './world.ts';

type Mail = 'imap' | 'pop3' | 'lmtp' | 'sieve';

const SERVICES: Readonly<Record<Mail, string>> = {
  imap: 'imap-login',
  pop3: 'pop3-login',
  lmtp: 'lmtp',
  sieve: 'managesieve-login',
};
/** Beside their own, IMAP and POP3 have listeners for direct TLS. */
const NONE: readonly string[] = ['imaps', 'pop3s'].map((name) => `inet_listener ${name} {\n port = 0\n }`);

const dovecot =
  (mail: Mail, isProxied = false): Setup =>
  async ({ dir, chain, key }, port, withTls) => {
    const lines = [
      `base_dir = ${dir}/run`,
      `state_dir = ${dir}/state`,
      `log_path = ${dir}/log`,
      `protocols = ${mail}`,
      'listen = 127.0.0.1',
      `ssl = ${withTls ? 'yes' : 'no'}`,
      `ssl_cert = <${chain}`,
      `ssl_key = <${key}`,
      `mail_location = maildir:${dir}/mail`,
      'passdb {\n driver = static\n args = nopassword=y\n}',
      `userdb {\n driver = static\n args = uid=nobody gid=nogroup home=${dir}\n}`,
      'haproxy_trusted_networks = 127.0.0.1',
      `service ${SERVICES[mail]} {`,
      ` inet_listener ${mail} {\n address = 127.0.0.1\n port = ${port}\n haproxy = ${isProxied ? 'yes' : 'no'}\n }`,
      ...NONE.filter((other) => other.includes(mail)),
      '}',
    ];
    return ['-F', '-c', await write(join(dir, 'dovecot.conf'), `${lines.join('\n')}\n`)];
  };

describeWithPeer('dovecot', 'Dovecot', (path) => {
  it.each<Mail>(['imap', 'pop3', 'lmtp', 'sieve'])('is seen after STARTTLS of %s', async (mail) => {
    const seen = await withServer(path, dovecot(mail), (port) => presentedBy(port, mail));
    expect(seen).toEqual(PRESENTED);
  });

  it.each(['v1', 'v2'] as const)('that waits for a PROXY header gets one of %s', async (proxyProtocol) => {
    const seen = await withServer(path, dovecot('imap', true), (port) =>
      presentedBy(port, 'imap', { proxyProtocol }),
    );
    expect(seen).toEqual(PRESENTED);
  });

  it.each<[Mail, string]>([
    ['imap', 'the server offers no STARTTLS'],
    ['pop3', 'the server offers no STLS'],
    ['sieve', 'the server offers no STARTTLS'],
    ['lmtp', 'the server offers no STARTTLS'],
  ])('without TLS says so in %s', async (mail, words) => {
    const look = withServer(path, dovecot(mail), (port) => presentedBy(port, mail), false);
    await expect(look).rejects.toThrow(words);
  });
});
