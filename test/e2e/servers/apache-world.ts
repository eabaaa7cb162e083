/** Apache with sites that staple, in a directory of its own. */
import { chmod, mkdir, mkdtemp, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Outcome, run } from '../../support/peers.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';
import type { RelayWorld, Site } from './relay-world.ts';

/** Where Debian has them. */
const MODULES = '/usr/lib/apache2/modules';

/** Seconds where the defaults are an hour, ten minutes and ten seconds. */
export const QUICK: string = [
  'SSLStaplingStandardCacheTimeout 2',
  'SSLStaplingErrorCacheTimeout 1',
  'SSLStaplingResponderTimeout 2',
].join('\n');

export interface ApacheOptions {
  /** Lines for the whole server. */
  readonly server: string;
  /** Lines for each of its sites. */
  readonly site?: (site: Site) => string;
  readonly modules?: readonly string[];
}

export interface Apache extends Program {
  /** Has it read its configuration again, without dropping a connection. */
  graceful(): Promise<Outcome>;
}

/** @param path of `apache2`. */
export async function startApache(path: string, world: RelayWorld, options: ApacheOptions): Promise<Apache> {
  const { modules = [], server, site = () => '' } = options;
  const dir = await mkdtemp(join(world.dir, 'apache'));
  await chmod(dir, 0o755);
  await mkdir(join(dir, 'www'));
  await writeFile(join(dir, 'www', 'index.html'), 'hello\n');
  const all = ['mpm_event', 'authz_core', 'dir', 'socache_shmcb', 'ssl', ...modules];
  const file = join(dir, 'httpd.conf');
  const program = await startProgram(path, async (port) => {
    const lines = [
      `ServerRoot ${dir}`,
      `PidFile ${dir}/httpd.pid`,
      `ErrorLog ${dir}/error.log`,
      'LogLevel warn ssl:info',
      'ServerName localhost',
      ...(process.getuid?.() === 0 ? ['User www-data', 'Group www-data'] : []),
      ...all.map((name) => `LoadModule ${name}_module ${MODULES}/mod_${name}.so`),
      `DocumentRoot ${dir}/www`,
      'DirectoryIndex index.html',
      `Mutex file:${dir} default`,
      `Listen 127.0.0.1:${port}`,
      server,
      ...world.sites.map(
        (one) => `<VirtualHost 127.0.0.1:${port}>
ServerName ${one.name}
SSLEngine on
SSLCertificateFile ${one.chain}
SSLCertificateKeyFile ${one.key}
${site(one)}
</VirtualHost>`,
      ),
    ];
    await writeFile(file, `${lines.join('\n')}\n`);
    return ['-f', file, '-DFOREGROUND'];
  });
  return { ...program, graceful: () => run(path, ['-f', file, '-k', 'graceful']) };
}

/** mod_ssl asks when a client comes, and keeps the answer for all its processes. */
export const modSsl = (...more: readonly string[]): string =>
  ['SSLStaplingCache shmcb:stapling(512000)', 'SSLUseStapling on', ...more].join('\n');

/** mod_md asks by itself, and keeps the answer in files. */
export const modMd = (...more: readonly string[]): string =>
  ['MDStoreDir md', 'MDStapling on', 'MDStapleOthers on', ...more].join('\n');
