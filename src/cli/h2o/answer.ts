/**
 * The contract of h2o's `ocsp-update-cmd` and of nghttpx's `fetch-ocsp-response-file`, so that nothing that goes wrong
 * costs a server the good staple that it has:
 * - 0 with a response: it is stapled from now on.
 * - 0 with nothing: both stop stapling, and go on asking. Neither looks at the end of what it staples, so this is how
 *   a staple that has ended is taken from them.
 * - 75: the present one stays; h2o drops it after `ocsp-max-failures` in a row.
 * - Any other code switches stapling off in h2o until it is started again: never used, whatever the error, because the
 *   next attempt may succeed where this one did not.
 */
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { attempt } from '../../attempt.ts';
import { InputError } from '../../errors.ts';
import { storePath } from '../../store/store-path.ts';
import { type Subject, loadSubject } from '../../subject/subject.ts';
import { printable } from '../../text.ts';
import { Arguments, UsageError } from '../arguments.ts';
import { printError } from '../error-output.ts';
import { verbHelp } from '../help.ts';
import type { Io } from '../io.ts';
import { loadJudgement, loadNamed } from '../judge-options.ts';
import { readInput } from '../read-input.ts';
import { refuseUsage } from '../usage-output.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import { judgeFlags } from '../verbs/judging.ts';
import { wayFlags } from '../verbs/way.ts';
import { type Kept, keptStaple } from './kept-staple.ts';
import { fetchedStaple } from './own-fetch.ts';
import { H2O } from './spec.ts';

const OK = 0;
const KEEP = 75;
type Code = typeof OK | typeof KEEP;

/** nghttpx with `ocsp-startup` takes no client before this is over. */
const TIMEOUT_MS = 10_000;
/** Where the keeper of the packaged unit has its store: h2o and nghttpx run as users of their own. */
const SYSTEM_STORE = '/var/lib/restaple';

/** On Linux, and mostly there. */
const IN_MEMORY = '/dev/shm';

/** Never throws. @returns the exit code. */
export async function answer(typed: readonly string[], io: Io): Promise<Code> {
  try {
    if (typed.includes('--help') || typed.includes('-h')) {
      io.out(verbHelp(H2O, H2O.name));
      return OK;
    }
    const args = new Arguments(typed, H2O);
    const given = args.operands[0];
    return given === undefined
      ? await withChain(io, (path) => staple(path, args, io))
      : await staple(given, args, io);
  } catch (error) {
    if (error instanceof UsageError) refuseUsage(io, error, 'restaple-h2o --help');
    else printError(io, error);
    return KEEP;
  }
}

async function staple(path: string, args: Arguments, io: Io): Promise<Code> {
  const flags: FetchFlags = { ...judgeFlags(args), ...wayFlags(args), ...AS_FILTER };
  const kept = await keptIn(storesOf(args, io), path, flags, io);
  if (kept.state === 'good') {
    io.out(kept.der);
    return OK;
  }
  const fetched = await fetchedStaple(path, { ...flags, timeout: flags.timeout ?? TIMEOUT_MS }, io);
  if (fetched) {
    io.out(fetched);
    return OK;
  }
  if (kept.state === 'none') return KEEP;
  io.err(`restaple: ${printable(path)}: the staple that was kept has ended, so none is given\n`);
  return OK;
}

const AS_FILTER = {
  out: undefined,
  outDir: undefined,
  stdout: true,
  jobs: undefined,
  verify: true,
  ifDue: false,
  json: false,
  quiet: true,
  verbose: false,
} as const;

function storesOf(args: Arguments, io: Io): readonly string[] {
  const given = args.text('store');
  if (given !== undefined) return [given];
  const own = attempt(() => storePath(undefined, io.env, process.getuid?.()));
  return [...new Set([...(own === undefined ? [] : [own]), SYSTEM_STORE])];
}

/** Out of the first store that has anything. */
async function keptIn(stores: readonly string[], path: string, flags: FetchFlags, io: Io): Promise<Kept> {
  const subject: Subject | undefined = loadSubject({ path, foundIn: undefined, problem: undefined });
  const judgement = await loadJudgement(flags);
  const issuers = flags.issuer && (await loadNamed(flags.issuer));
  for (const store of subject ? stores : []) {
    if (!subject) break;
    const kept = await keptStaple(store, subject, { judgement, issuers, now: io.now() });
    if (kept.state !== 'none') return kept;
  }
  return { state: 'none' };
}

/** What is on standard input, as a file for as long as `use` takes. */
async function withChain<T>(io: Io, use: (path: string) => Promise<T>): Promise<T> {
  const chain = await readInput('-', io);
  const directories: string[] = [];
  try {
    return await use(writeChain(chain, directories));
  } finally {
    for (const directory of directories) rmSync(directory, { recursive: true, force: true });
  }
}

/** A full disk must not keep a server from the staple that is kept. @param made gets what is to be removed. */
function writeChain(chain: Buffer, made: string[]): string {
  const write = (base: string): string => {
    const directory = mkdtempSync(join(base, 'restaple-h2o-'));
    made.push(directory);
    const path = join(directory, 'chain.pem');
    writeFileSync(path, chain, { mode: 0o600 });
    return path;
  };
  const path = attempt(() => write(tmpdir())) ?? attempt(() => write(IN_MEMORY));
  if (path !== undefined) return path;
  const reason = `neither ${tmpdir()} nor ${IN_MEMORY} has room for the certificate`;
  throw new InputError('output-unwritable', reason, tmpdir());
}
