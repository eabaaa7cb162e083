/** What servers of all protocols have in common here: a certificate, a directory of their own, and how they are looked at. */
import { chmod, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { StartTlsName } from '../../../src/probe/starttls/dialogues.ts';
import type { Presented } from '../../../src/probe/handshake.ts';
import { type LookOptions, lookAt } from '../../../src/probe/look.ts';
import { LEAF, at, options, pki } from '../../probe/look.ts';
import { withTempDir } from '../../support/files.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

export interface Site {
  readonly dir: string;
  /** The leaf with its issuer, and its key. */
  readonly chain: string;
  readonly key: string;
}

/** @param argsFor with TLS or without: writes what the program at `path` needs, and says how it is started. */
export type Setup = (
  site: Site,
  port: number,
  withTls: boolean,
) => readonly string[] | Promise<readonly string[]>;

/** Starts a server, gives its port, and stops it. */
export function withServer<T>(
  path: string,
  setup: Setup,
  use: (port: number, site: Site, program: Program) => Promise<T>,
  withTls = true,
): Promise<T> {
  return withTempDir(async (dir) => {
    // Many servers read as a user of their own.
    await chmod(dir, 0o755);
    const site: Site = {
      dir,
      chain: await write(join(dir, 'chain.pem'), LEAF.cert),
      key: await write(join(dir, 'key.pem'), LEAF.key),
    };
    const program = await startProgram(path, (port) => setup(site, port, withTls));
    try {
      return await use(program.port, site, program);
    } finally {
      await program.stop();
    }
  });
}

export async function write(path: string, text: string): Promise<string> {
  await writeFile(path, text, { mode: 0o644 });
  return path;
}

/** What such a server presents: `staple` is none unless it can have one. */
export const PRESENTED: Presented = {
  chain: [pki.leaf.certificate.raw, pki.issuer.certificate.raw],
  staple: undefined,
};

/** The chain and the staple that came. */
export async function presentedBy(
  port: number,
  beginning: StartTlsName,
  own: Partial<LookOptions> = {},
): Promise<Presented> {
  const name = { servername: 'www.example.test' };
  const { chain, staple } = await lookAt(at(port), options({ beginning, ...name, ...own }));
  return { chain, staple };
}
