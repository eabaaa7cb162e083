/** What must not stay behind when a user presses Ctrl-C or a supervisor ends the process. */

const SIGNALS: readonly NodeJS.Signals[] = ['SIGINT', 'SIGTERM', 'SIGHUP'];

/**
 * Runs `clean` when one of the signals comes, and then lets it do what it does to any process: the shell sees by which it
 * ended.
 *
 * @returns a function that gives the signals back.
 */
export function cleaningUp(clean: () => void): () => void {
  const handle = (signal: NodeJS.Signals): void => {
    clean();
    release();
    process.kill(process.pid, signal);
  };
  const release = (): void => {
    for (const signal of SIGNALS) process.off(signal, handle);
  };
  for (const signal of SIGNALS) process.on(signal, handle);
  return release;
}
