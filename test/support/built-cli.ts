/** The command as users have it: bundled, and run as a program of its own. */
import { type ChildProcess, type StdioOptions, execFile, spawn } from 'node:child_process';
import { mkdir, mkdtemp, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import type { Outcome } from './peers.ts';

const ROOT = resolve(import.meta.dirname, '../..');

export interface BuiltCli {
  /** Runs it to its end with nothing in its environment but PATH: no home, so nothing is remembered on disk. */
  run(...args: readonly string[]): Promise<Outcome>;
  /** The same with more in its environment. */
  runWith(env: Readonly<Record<string, string>>, ...args: readonly string[]): Promise<Outcome>;
  /** Starts it, for a test that ends it in its own way. Its output is thrown away. */
  start(...args: readonly string[]): ChildProcess;
  /** The same with streams of the test's choice. */
  startWith(stdio: StdioOptions, ...args: readonly string[]): ChildProcess;
  /** The path of one of the programs of the package, to be run by Node. */
  program(name: 'restaple' | 'restaple-h2o'): string;
  /** Removes the bundle. */
  remove(): Promise<void>;
}

/** Builds it by the script that builds the package, but into a directory of its own: other tests may run just now. */
export async function buildCli(): Promise<BuiltCli> {
  const dir = await mkdtemp(join(tmpdir(), 'restaple-cli-'));
  await symlink(join(ROOT, 'src'), join(dir, 'src'));
  await symlink(join(ROOT, 'node_modules'), join(dir, 'node_modules'));
  const { bin }: { bin: Record<'restaple' | 'restaple-h2o', string> } = JSON.parse(
    await readFile(join(ROOT, 'package.json'), 'utf8'),
  );
  // What a package.json says decides how Node reads the files below it.
  await mkdir(join(dir, 'dist'));
  await writeFile(join(dir, 'package.json'), '{ "type": "module" }\n');
  await promisify(execFile)(process.execPath, [join(ROOT, 'scripts/bundle.mjs')], { cwd: dir });
  const program = join(dir, bin.restaple);
  const env = { PATH: process.env['PATH'] ?? '' };
  const runWith: BuiltCli['runWith'] = (more, ...args) =>
    new Promise((done, failed) => {
      execFile(
        process.execPath,
        [program, ...args],
        { env: { ...env, ...more }, maxBuffer: 16 * 1024 * 1024 },
        (error, stdout, stderr) => {
          if (error === null) done({ code: 0, stdout, stderr });
          else if (typeof error.code === 'string') failed(error);
          else done({ code: error.code ?? -1, stdout, stderr });
        },
      ).stdin?.end();
    });
  return {
    run: (...args) => runWith({}, ...args),
    runWith,
    startWith: (stdio, ...args) => spawn(process.execPath, [program, ...args], { env, stdio }),
    start: (...args) => spawn(process.execPath, [program, ...args], { env, stdio: 'ignore' }),
    program: (name) => join(dir, bin[name]),
    remove: () => rm(dir, { recursive: true, force: true }),
  };
}
