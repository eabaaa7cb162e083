/** Runs what checks and reloads servers: without a shell, within a time limit, its output bounded and in one line. */
import type { Command } from '../../servers/adapter.ts';
import type { Clock } from '../clock.ts';
import { type Environment, environmentOf } from '../hooks-facts.ts';
import { endWords, oneLine } from '../hooks-report.ts';
import { type RunningHook, startHook } from '../hooks-run.ts';

/** What it failed with, in words; `undefined` when it ended with 0. */
export type RunCommand = (command: Command) => Promise<string | undefined>;

export interface Commands {
  readonly run: RunCommand;
  /** Ends what runs; what is run from then on fails. */
  stop(): void;
}

/** Traffic Server and HAProxy take seconds to load ten thousand certificates. */
const TIMEOUT_MS = 60_000;

/** @param env of restaple itself, of which hooks-facts.ts lists what is handed down. */
export function createCommands(clock: Clock, env: Environment): Commands {
  const running = new Set<RunningHook>();
  let isStopped = false;
  return {
    async run(command) {
      if (isStopped) return 'restaple is stopping';
      const environment = environmentOf(env);
      const one = startHook({ command, environment, input: '', timeoutMs: TIMEOUT_MS, clock });
      running.add(one);
      const { end, output } = await one.outcome;
      running.delete(one);
      if (end.how === 'exit' && end.code === 0) return undefined;
      const said = oneLine(output);
      return `${command[0]} ${endWords(end, TIMEOUT_MS)}${said === '' ? '' : `: ${said}`}`;
    },
    stop() {
      isStopped = true;
      for (const one of running) one.stop();
    },
  };
}
