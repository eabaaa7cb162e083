/** Prosody: XMPP, for clients and for other servers. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer, write } from './world.ts';

const SIDES = { xmpp: 'c2s', 'xmpp-server': 's2s' } as const;
type Side = keyof typeof SIDES;

const prosody =
  (side: Side): Setup =>
  async ({ dir, chain, key }, port, withTls) => {
    await mkdir(join(dir, 'data'), { recursive: true });
    const ports = { c2s: '', s2s: '', [SIDES[side]]: String(port) };
    const lines = [
      'run_as_root = true',
      'daemonize = false',
      `pidfile = "${dir}/prosody.pid"`,
      `data_path = "${dir}/data"`,
      'interfaces = { "127.0.0.1" }',
      `c2s_ports = { ${ports.c2s} }`,
      `s2s_ports = { ${ports.s2s} }`,
      'c2s_direct_tls_ports = {}',
      's2s_direct_tls_ports = {}',
      `modules_enabled = { ${withTls ? '"tls", ' : ''}"saslauth" }`,
      // It offers nothing at all to those whom it would not let in without TLS.
      ...(withTls
        ? []
        : [
            'modules_disabled = { "tls" }',
            'c2s_require_encryption = false',
            's2s_require_encryption = false',
            'allow_unencrypted_plain_auth = true',
          ]),
      `ssl = { key = "${key}"; certificate = "${chain}"; }`,
      'log = { info = "*console" }',
      'VirtualHost "www.example.test"',
    ];
    const config = await write(join(dir, 'prosody.cfg.lua'), `${lines.join('\n')}\n`);
    return ['--config', config, '-F'];
  };

describeWithPeer('prosody', 'Prosody', (path) => {
  it.each<Side>(['xmpp', 'xmpp-server'])('is seen after STARTTLS of %s', async (side) => {
    const seen = await withServer(path, prosody(side), (port) => presentedBy(port, side));
    expect(seen).toEqual(PRESENTED);
  });

  it.each<[Side, RegExp]>([
    ['xmpp', /the server offers no STARTTLS/],
    ['xmpp-server', /answered "<stream:error.*No stream features to offer.*" to the stream/],
  ])('without TLS says so in %s', async (side, words) => {
    const look = withServer(path, prosody(side), (port) => presentedBy(port, side), false);
    await expect(look).rejects.toThrow(words);
  });

  it('that knows no such host is quoted', async () => {
    const look = withServer(path, prosody('xmpp'), (port) =>
      presentedBy(port, 'xmpp', { servername: 'other.test' }),
    );
    await expect(look).rejects.toThrow(/answered "<stream:error.*host-unknown/);
  });
});
