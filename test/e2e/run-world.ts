/** `restaple run` as a process of its own, with certificates, responders and a store around it. */
import type { ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import type { BuiltCli } from '../support/built-cli.ts';

/** A line of the log. */
export type LogLine = Readonly<Record<string, unknown>> & { readonly event?: string };

export interface RunningCli {
  readonly child: ChildProcess;
  /** Every line of the log so far. */
  readonly lines: readonly LogLine[];
  /** Resolves when so many lines of an event have come; rejects when the process ends before. */
  saw(event: string, times?: number): Promise<readonly LogLine[]>;
  /** Ends it by a signal. @returns the exit code, or the signal that killed it. */
  end(signal?: NodeJS.Signals): Promise<number | NodeJS.Signals | null>;
}

/** Starts `restaple run`. */
export const startRun = (cli: BuiltCli, ...args: readonly string[]): RunningCli =>
  startVerb(cli, 'run', ...args);

/** Starts a verb that stays; its log is JSON because it is piped. */
export function startVerb(cli: BuiltCli, ...args: readonly string[]): RunningCli {
  const child = cli.startWith(['ignore', 'ignore', 'pipe'], ...args);
  const closed = once(child, 'close');
  const lines: LogLine[] = [];
  const watchers = new Set<() => void>();
  const tell = (): void => watchers.forEach((watch) => watch());
  if (child.stderr) {
    createInterface({ input: child.stderr }).on('line', (line) => {
      lines.push(line.startsWith('{') ? JSON.parse(line) : { event: 'words', message: line });
      tell();
    });
  }
  void closed.then(tell);
  return {
    child,
    lines,
    saw: (event, times = 1) =>
      new Promise((resolve, reject) => {
        const watch = (): void => {
          const found = lines.filter((line) => line.event === event);
          const isOver = child.exitCode !== null || child.signalCode !== null;
          if (found.length < times && !isOver) return;
          watchers.delete(watch);
          if (found.length >= times) resolve(found);
          else reject(new Error(`it ended after ${lines.map((line) => JSON.stringify(line)).join('\n')}`));
        };
        watchers.add(watch);
        watch();
      }),
    async end(signal = 'SIGTERM') {
      if (child.exitCode === null && child.signalCode === null) child.kill(signal);
      await closed;
      return child.exitCode ?? child.signalCode;
    },
  };
}
