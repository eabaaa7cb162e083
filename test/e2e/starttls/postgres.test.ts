/** PostgreSQL. */
import { chown, mkdir, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { realpathSync } from 'node:fs';
import { expect, it } from 'vitest';
import { LEAF } from '../../probe/look.ts';
import { describeWithPeer, run } from '../../support/peers.ts';
import { PRESENTED, type Setup, presentedBy, withServer } from './world.ts';

/** It does not run as root: nobody, by the number that Debian gives him. */
const NOBODY = 65_534;
const isRoot = process.getuid?.() === 0;
const asOther = ['--reuid=nobody', '--regid=nogroup', '--clear-groups'];
/** A program as `startProgram` and `run` take it: by its path, and with the arguments before its own. */
const way = (program: string): readonly [string, readonly string[]] =>
  isRoot ? ['/usr/bin/setpriv', [...asOther, program]] : [program, []];

describeWithPeer('postgres', 'PostgreSQL', (path) => {
  const [starter, first] = way(path);

  const postgres: Setup = async ({ dir, chain }, port, withTls) => {
    const [data, key] = [join(dir, `data-${port}`), join(dir, `key-${port}.pem`)];
    // It takes no key that others may read.
    await writeFile(key, LEAF.key, { mode: 0o600 });
    await mkdir(data, { mode: 0o700 });
    if (isRoot) for (const own of [key, data]) await chown(own, NOBODY, NOBODY);
    // What stands on the PATH may be a link to a directory where the two are together.
    const [program, before] = way(join(dirname(realpathSync(path)), 'initdb'));
    const made = await run(program, [...before, '-D', data, '--no-sync', '-A', 'trust', '-U', 'me'], {
      cwd: '/',
    });
    if (made.code !== 0) throw new Error(made.stderr);
    const settings = {
      ssl: withTls ? 'on' : 'off',
      ssl_cert_file: chain,
      ssl_key_file: key,
      fsync: 'off',
    };
    const set = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    return [...first, '-D', data, '-h', '127.0.0.1', '-p', String(port), '-k', '', ...set];
  };

  it('is seen after its SSLRequest', async () => {
    const seen = await withServer(starter, postgres, (port) => presentedBy(port, 'postgres'));
    expect(seen).toEqual(PRESENTED);
  });

  it('without TLS says so', async () => {
    const look = withServer(starter, postgres, (port) => presentedBy(port, 'postgres'), false);
    await expect(look).rejects.toThrow('the server offers no TLS');
  });
});
