/** `--check`: everything that would keep staples from their places, all at once, without starting a keeper. */
import type { Config } from '../../config/config.ts';
import { ConfigError, RestapleError } from '../../errors.ts';
import { storePath } from '../../store/store-path.ts';
import { errorJson, printError } from '../error-output.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import type { Io } from '../io.ts';
import { printJson } from '../json-output.ts';
import { type Examination, examine } from './examine.ts';
import type { Problem } from './problems.ts';
import { Clients } from './transport.ts';

/** @param read reads the config; what it throws is a problem like others. */
export async function checkRun(read: () => Promise<Config>, isJson: boolean, io: Io): Promise<ExitCode> {
  const { found, problems } = await look(read, io);
  const exitCode = gravest([EXIT.ok, ...problems.map(({ error }) => exitCodeOf(error))]);
  if (isJson) {
    const { certificates = null, nothingToAsk = null, expired = null } = found ?? {};
    const all = problems.flatMap(problemsJson);
    printJson(io, { verb: 'run', exitCode, certificates, nothingToAsk, expired, problems: all });
    return exitCode;
  }
  for (const { error, hint, path } of problems) printError(io, error, { hint, subject: path });
  if (found && problems.length === 0) io.out(`${summary(found)}\n`);
  return exitCode;
}

interface Look {
  /** Absent when there was no config to go by. */
  readonly found?: Examination;
  readonly problems: readonly Problem[];
}

async function look(read: () => Promise<Config>, io: Io): Promise<Look> {
  const clients = new Clients(io.env);
  try {
    const config = await read();
    const store = storePath(config.store, io.env, process.getuid?.());
    const found = await examine(config, store, clients, io.now());
    return { found, problems: found.problems };
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    return { problems: [{ path: undefined, error }] };
  } finally {
    clients.close();
  }
}

/** `good: 12 certificates, 2 with nothing to ask, 1 expired`. */
function summary({ certificates, expired, nothingToAsk }: Examination): string {
  const parts = [
    certificates === 1 ? '1 certificate' : `${certificates} certificates`,
    ...(nothingToAsk > 0 ? [`${nothingToAsk} with nothing to ask`] : []),
    ...(expired > 0 ? [`${expired} expired`] : []),
  ];
  return `good: ${parts.join(', ')}`;
}

interface ProblemJson {
  readonly code: string;
  readonly message: string;
  readonly hint: string;
  readonly exitCode: ExitCode;
  readonly path: string | null;
  /** In the config; `null` for what is wrong elsewhere. */
  readonly line: number | null;
  readonly column: number | null;
  readonly key: string | null;
}

function problemsJson({ error, hint: own, path: place }: Problem): readonly ProblemJson[] {
  const { code, message, hint: usual, exitCode, path } = errorJson(error);
  const hint = own ?? usual;
  if (!(error instanceof ConfigError))
    return [{ code, message, hint, exitCode, path: place ?? path, line: null, column: null, key: null }];
  return error.problems.map((one) => ({
    code,
    message: one.message,
    hint: one.hint ?? hint,
    exitCode,
    path: one.file,
    line: one.line,
    column: one.column,
    key: one.path === '' ? null : one.path,
  }));
}
