/** OpenLDAP. */
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer, write } from './world.ts';

/** Without any database: none is needed to begin TLS. */
const slapd: Setup = async ({ dir, chain, key }, port, withTls) => {
  const lines = [
    `pidfile ${dir}/slapd.pid`,
    ...(withTls ? [`TLSCertificateFile ${chain}`, `TLSCertificateKeyFile ${key}`] : []),
  ];
  const config = await write(join(dir, 'slapd.conf'), `${lines.join('\n')}\n`);
  // With a level it stays in the foreground.
  return ['-d', 'none', '-f', config, '-h', `ldap://127.0.0.1:${port}`];
};

describeWithPeer('slapd', 'OpenLDAP', (path) => {
  it('is seen after StartTLS', async () => {
    const seen = await withServer(path, slapd, (port) => presentedBy(port, 'ldap'));
    expect(seen).toEqual(PRESENTED);
  });

  it('without TLS says so', async () => {
    const look = withServer(path, slapd, (port) => presentedBy(port, 'ldap'), false);
    await expect(look).rejects.toThrow('the server offers no StartTLS: "unsupported extended operation"');
  });
});
