/** A responder and a front before it, as `restaple ocsp` meets them, and the files that it is given. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { type Front, startFront } from '../support/cdn-front.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Responder, startResponder } from '../support/ocsp-responder.ts';
import { THIS_UPDATE, type TestPki, createTestPki } from '../support/pki.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';

export const pki: TestPki = createTestPki();

export interface World {
  readonly responder: Responder;
  /** Serves nobody who does not call it `localhost`. */
  readonly front: Front;
  /** Makes the responder send other bytes; `undefined` brings the truth back. */
  mangle(change: ((der: Buffer) => Buffer) | undefined): void;
  /** The response that was sent last. */
  sent(): Buffer | undefined;
  close(): Promise<void>;
}

export async function startWorld(): Promise<World> {
  let change: ((der: Buffer) => Buffer) | undefined;
  let sent: Buffer | undefined;
  const responder = await startResponder({
    pki,
    now: () => THIS_UPDATE,
    mangle: (der) => (sent = change?.(der) ?? der),
  });
  const front = await startFront({ origin: responder.url, names: ['localhost'] });
  return {
    responder,
    front,
    mangle: (next) => (change = next),
    sent: () => sent,
    async close() {
      await front.close();
      await responder.close();
    },
  };
}

/** A directory with what openssl's users have, and the command run with paths into it: `@name` is a file of it. */
export interface Site {
  readonly dir: string;
  readonly path: (name: string) => string;
  readonly put: (name: string, content: Uint8Array | string) => Promise<void>;
  readonly ocsp: (args: readonly string[], options?: CliOptions) => Promise<CliRun>;
}

/** With `issuer.crt`, `domain.crt`, `root.crt`, `delegate.crt` and `stranger.crt`. What is printed names no directory. */
export async function withSite(use: (site: Site) => Promise<void>): Promise<void> {
  await withTempDir(async (dir) => {
    const site: Site = {
      dir,
      path: (name) => join(dir, name),
      put: (name, content) => writeFile(join(dir, name), content),
      async ocsp(args, options) {
        const run = await runCli(
          ['ocsp', ...args.map((arg) => (arg.startsWith('@') ? join(dir, arg.slice(1)) : arg))],
          options,
        );
        return { ...run, out: run.out.replaceAll(`${dir}/`, ''), err: run.err.replaceAll(`${dir}/`, '') };
      },
    };
    await site.put('domain.crt', certificatesPem(pki.leaf));
    await site.put('issuer.crt', certificatesPem(pki.issuer));
    await site.put('root.crt', certificatesPem(pki.root));
    await site.put('delegate.crt', certificatesPem(pki.delegate));
    await site.put('stranger.crt', certificatesPem(pki.stranger));
    await use(site);
  });
}

export const QUESTION = ['-issuer', '@issuer.crt', '-cert', '@domain.crt'] as const;

export const UPDATES = '\tThis Update: Feb 25 09:32:45 2026 GMT\n\tNext Update: Feb 25 21:32:45 2026 GMT\n';
