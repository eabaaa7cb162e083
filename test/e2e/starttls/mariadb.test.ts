/** MariaDB, which speaks as MySQL does. */
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { userInfo } from 'node:os';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer } from './world.ts';

/** Without any table: none is needed to begin TLS. */
const mariadb: Setup = async ({ dir, chain, key }, port, withTls) => {
  const data = join(dir, 'data');
  await mkdir(data, { recursive: true });
  return [
    '--no-defaults',
    `--user=${userInfo().username}`,
    `--datadir=${data}`,
    `--socket=${join(dir, 'my.sock')}`,
    `--pid-file=${join(dir, 'my.pid')}`,
    '--bind-address=127.0.0.1',
    `--port=${port}`,
    '--skip-grant-tables',
    '--skip-networking=0',
    '--innodb=OFF',
    '--default-storage-engine=MyISAM',
    ...(withTls ? [`--ssl-cert=${chain}`, `--ssl-key=${key}`] : ['--skip-ssl']),
  ];
};

describeWithPeer('mariadbd', 'MariaDB', (path) => {
  it('is seen after its greeting', async () => {
    const seen = await withServer(path, mariadb, (port) => presentedBy(port, 'mysql'));
    expect(seen).toEqual(PRESENTED);
  });

  it('without TLS says so', async () => {
    const look = withServer(path, mariadb, (port) => presentedBy(port, 'mysql'), false);
    await expect(look).rejects.toThrow('the server offers no TLS');
  });
});
