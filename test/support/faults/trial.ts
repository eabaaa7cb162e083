/** One fault committed against one verb, beside a staple that is there. */
import { readFile, stat, utimes, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { certificatesPem, withTempDir } from '../files.ts';
import type { TestServer } from '../http-server.ts';
import type { Outcome } from '../peers.ts';
import type { TestPki } from '../pki.ts';
import type { Fault } from './fault.ts';

/** What is the same for all trials: `run` is the command, in this process or as a program of its own. */
export interface Bench {
  readonly pki: TestPki;
  readonly present: Buffer;
  readonly server: TestServer;
  readonly run: (args: readonly string[]) => Promise<Outcome>;
}

/** What was printed names no directory, and the server's port is 8080. */
export interface Trial extends Outcome {
  /** `replaced` by another staple; `damaged` is what must never be: the same file, touched. */
  readonly staple: 'untouched' | 'replaced' | 'damaged';
}

export function tryFault(
  { pki, present, server, run }: Bench,
  fault: Fault,
  verb: 'fetch' | 'ocsp',
  ...more: readonly string[]
): Promise<Trial> {
  server.behave(fault.behaviour);
  return withTempDir(async (dir) => {
    const path = join(dir, 'present.ocsp');
    await writeFile(path, present);
    await utimes(path, 1_700_000_000, 1_700_000_000);
    await writeFile(join(dir, 'cert.pem'), certificatesPem(pki.leaf, pki.issuer));
    await writeFile(join(dir, 'issuer.pem'), certificatesPem(pki.issuer));
    const before = await stat(path);
    const { code, stdout, stderr } = await run([...command(verb, fault, dir, server), ...more]);
    const { ino, mtimeMs } = await stat(path);
    const isSame = ino === before.ino && mtimeMs === before.mtimeMs;
    const isEqual = present.equals(await readFile(path));
    const plain = (text: string): string =>
      text.replaceAll(`${dir}/`, '').replaceAll(`:${server.port}`, ':8080');
    const touched = isSame || isEqual ? 'damaged' : 'replaced';
    return {
      code,
      stdout: plain(stdout),
      stderr: plain(stderr),
      staple: isSame && isEqual ? 'untouched' : touched,
    };
  });
}

function command(verb: 'fetch' | 'ocsp', fault: Fault, dir: string, server: TestServer): string[] {
  const asked = fault.url?.(server.port) ?? server.url().href;
  const [cert, issuer, staple] = ['cert.pem', 'issuer.pem', 'present.ocsp'].map((name) => join(dir, name));
  if (cert === undefined || issuer === undefined || staple === undefined) throw new TypeError('no paths');
  if (verb === 'fetch') {
    const own = fault.fetch?.(server.port) ?? [];
    return ['fetch', cert, '-o', staple, '--url', asked, '--retries', '0', ...own];
  }
  const { ocsp = ['-no_nonce'] } = fault;
  return ['ocsp', '-issuer', issuer, '-cert', cert, '-url', asked, '-respout', staple, ...ocsp];
}

/** What the staple that is there becomes when the verb ends so. */
export function stapleAfter({ outcome }: Fault, exit: number): Trial['staple'] {
  return exit === 0 && outcome !== 'kept' ? 'replaced' : 'untouched';
}
