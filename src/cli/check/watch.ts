/** `--watch`: one row a server, looked at again and again, until somebody has seen enough. */
import { InputError } from '../../errors.ts';
import { inOrder } from '../fetch/in-order.ts';
import type { Io } from '../io.ts';
import { type Asked, nothingAsked } from './asked.ts';
import { checkServer, severityOfServer } from './check-server.ts';
import type { ServerReport } from './presentation.ts';
import { type CheckExitCode, EXIT_CODES, gravest } from './states.ts';
import type { CheckTarget } from './target.ts';
import type { CheckTools } from './tools.ts';
import { watchTable } from './watch-table.ts';

const JOBS = 16;
/**
 * The other screen of a terminal, so that what was on this one is there again afterwards, without a cursor; and lines that
 * are too long end at the edge, else the table would be higher than it is (xterm's control sequences).
 */
const OTHER_SCREEN = '\u001B[?1049h\u001B[?25l\u001B[?7l';
const THIS_SCREEN = '\u001B[?7h\u001B[?25h\u001B[?1049l';
const CLEAR = '\u001B[H\u001B[J';
const SIGNALS = ['SIGINT', 'SIGTERM', 'SIGHUP'] as const;

type Reports = Map<CheckTarget, ServerReport>;

/**
 * Ends at a signal, and leaves the last table behind.
 *
 * @returns the exit code of what was seen last.
 * @throws InputError `usage-invalid` where there is no terminal.
 */
export async function watch(
  targets: readonly CheckTarget[],
  tools: CheckTools,
  io: Io,
  intervalMs: number,
): Promise<CheckExitCode> {
  if (io.rowsOut === undefined)
    throw new InputError('usage-invalid', '--watch shows a table on a terminal, and standard output is none');
  const stopping = new AbortController();
  const stop = (): void => stopping.abort();
  for (const signal of SIGNALS) process.on(signal, stop);
  const reports: Reports = new Map();
  io.out(OTHER_SCREEN);
  try {
    await watchUntil(stopping.signal, targets, reports, tools, io, intervalMs);
  } finally {
    io.out(THIS_SCREEN + watchTable(targets, reports, io, undefined));
    for (const signal of SIGNALS) process.off(signal, stop);
  }
  // A server that never answered before the end may be anything.
  const unseen = reports.size < targets.length ? (['UNKNOWN'] as const) : [];
  return EXIT_CODES[gravest([...unseen, ...[...reports.values()].map(severityOfServer)])];
}

async function watchUntil(
  signal: AbortSignal,
  targets: readonly CheckTarget[],
  reports: Reports,
  tools: CheckTools,
  io: Io,
  intervalMs: number,
): Promise<void> {
  const draw = (): void => {
    if (!signal.aborted) io.out(CLEAR + watchTable(targets, reports, io, io.rowsOut));
  };
  const look = async (target: CheckTarget, asked: Asked): Promise<CheckTarget> => {
    const report = await checkServer(target, { ...tools, signal, asked });
    // What was broken off says nothing of the server.
    if (!signal.aborted) reports.set(target, report);
    draw();
    return target;
  };
  // Whoever ends it waits for nobody: not for an issuer or a CRL that is on its way.
  const ended = new Promise<unknown>((resolve) => signal.addEventListener('abort', resolve));
  // Ctrl-Z: whoever stops it wants to see what was there before, with a cursor. The signal is given back to the system, for
  // where there is no shell that could let it go on, as in ssh -t, the system stops nothing.
  const suspend = (): void => {
    io.out(THIS_SCREEN);
    process.off('SIGTSTP', suspend);
    process.kill(process.pid, 'SIGTSTP');
    process.on('SIGTSTP', suspend);
    io.out(OTHER_SCREEN);
    draw();
  };
  process.on('SIGWINCH', draw).on('SIGTSTP', suspend);
  try {
    draw();
    while (!signal.aborted) {
      const asked = nothingAsked();
      const round = inOrder(
        targets,
        JOBS,
        (target) => look(target, asked),
        () => {},
      );
      await Promise.race([round, ended]);
      await pause(intervalMs, signal);
    }
  } catch (error) {
    if (!signal.aborted) throw error;
  } finally {
    process.off('SIGWINCH', draw).off('SIGTSTP', suspend);
  }
}

function pause(ms: number, signal: AbortSignal): Promise<void> {
  return new Promise((resolve) => {
    const end = (): void => {
      clearTimeout(timer);
      signal.removeEventListener('abort', end);
      resolve();
    };
    const timer = setTimeout(end, ms);
    signal.addEventListener('abort', end);
    if (signal.aborted) end();
  });
}
