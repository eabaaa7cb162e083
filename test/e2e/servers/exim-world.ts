/** Exim in a directory of its own, with one certificate: chain.pem, and key.pem beside it. */
import { chmod, mkdir, rename, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { eximConfig } from '../../support/programs/exim.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface EximWorld {
  readonly certificate: string;
  readonly staples: string;
  /** Gives Exim a certificate in the place of the one before. */
  present(entity: Entity, issuer: Entity): Promise<void>;
  /** @param option what `tls_ocsp_file` is set to, if not as in the guide. */
  start(option?: string): Promise<Program>;
}

/** @param path the program; `dir` is a directory in which nobody else writes certificates. */
export async function makeExim(path: string, dir: string): Promise<EximWorld> {
  const staples = join(dir, 'staples');
  const spool = join(dir, 'spool');
  const certificate = join(dir, 'chain.pem');
  const key = join(dir, 'key.pem');
  await mkdir(staples, { recursive: true });
  await mkdir(spool);
  // Exim serves as a user of its own.
  await chmod(dir, 0o755);
  await chmod(spool, 0o777);
  const put = async (file: string, text: string): Promise<void> => {
    await writeFile(join(dir, 'new'), text, { mode: 0o644 });
    await rename(join(dir, 'new'), file);
  };
  const staple = `${staples}/\${sha256:\${readfile{${certificate}}}}`;
  const guarded = `\${if and{{exists{${staple}}}{>{\${extract{mtime}{\${stat:${staple}}}}}{$tod_epoch}}}{${staple}}}`;
  return {
    certificate,
    staples,
    async present(entity, issuer) {
      await put(key, keyPem(entity));
      await put(certificate, certificatesPem(entity, issuer));
    },
    start: (option = guarded) =>
      startProgram(path, async (port) => {
        await chmod(key, 0o644);
        const config = join(dir, 'exim.conf');
        await writeFile(config, eximConfig({ port, spool, chain: certificate, key, staple: option }));
        return ['-C', config, '-bdf'];
      }),
  };
}
