/** vsftpd: FTP. */
import { chmod, mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer, write } from './world.ts';

const vsftpd: Setup = async ({ dir, chain, key }, port, withTls) => {
  const empty = join(dir, 'empty');
  await mkdir(empty, { recursive: true });
  await chmod(empty, 0o555);
  const lines = [
    'listen=YES',
    'listen_address=127.0.0.1',
    `listen_port=${port}`,
    'background=NO',
    'run_as_launching_user=YES',
    'anonymous_enable=YES',
    `ssl_enable=${withTls ? 'YES' : 'NO'}`,
    'allow_anon_ssl=YES',
    `rsa_cert_file=${chain}`,
    `rsa_private_key_file=${key}`,
    `secure_chroot_dir=${empty}`,
    // Of kernels and libraries newer than itself it knows not every call.
    'seccomp_sandbox=NO',
  ];
  return [await write(join(dir, 'vsftpd.conf'), `${lines.join('\n')}\n`)];
};

describeWithPeer('vsftpd', 'vsftpd', (path) => {
  it('is seen after AUTH TLS', async () => {
    const seen = await withServer(path, vsftpd, (port) => presentedBy(port, 'ftp'));
    expect(seen).toEqual(PRESENTED);
  });

  it('without TLS is quoted', async () => {
    const look = withServer(path, vsftpd, (port) => presentedBy(port, 'ftp'), false);
    await expect(look).rejects.toThrow('answered "530 Please login with USER and PASS." to AUTH');
  });
});
