/** Exim: SMTP, with a staple. */
import { join } from 'node:path';
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { expect, it } from 'vitest';
import { describeWithPeer } from '../../support/peers.ts';
import { staple } from '../../probe/look.ts';
import { eximConfig } from '../../support/programs/exim.ts';
import { PRESENTED, type Setup, presentedBy, withServer, write } from './world.ts';

const exim: Setup = async ({ dir, chain, key }, port, withTls) => {
  const spool = join(dir, 'spool');
  await mkdir(spool, { recursive: true });
  // It serves as a user of its own.
  await chmod(spool, 0o777);
  await writeFile(join(dir, 'staple'), staple);
  const config = eximConfig({ port, spool, chain, key, withTls, staple: join(dir, 'staple') });
  return ['-C', await write(join(dir, 'exim.conf'), config), '-bdf'];
};

describeWithPeer('exim4', 'Exim', (path) => {
  it('is seen after STARTTLS, with its staple', async () => {
    const seen = await withServer(path, exim, (port) => presentedBy(port, 'smtp'));
    expect(seen).toEqual({ ...PRESENTED, staple });
  });

  it('without TLS says so', async () => {
    const look = withServer(path, exim, (port) => presentedBy(port, 'smtp'), false);
    await expect(look).rejects.toThrow('the server offers no STARTTLS');
  });
});
