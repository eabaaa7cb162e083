/** Real servers on loopback, without a service manager: started for a test, in the foreground, ended by their process. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { randomInt } from 'node:crypto';
import { connect, createServer } from 'node:net';
import { setTimeout as sleep } from 'node:timers/promises';

export interface Program {
  readonly port: number;
  /** All that it has said so far, on both streams. */
  output(): string;
  /** Ends it and waits until it is gone. */
  stop(): Promise<void>;
}

const ATTEMPTS = 3;

/**
 * Starts the program at `path` with the arguments that `argsFor` makes for a free port of 127.0.0.1, and waits until it
 * takes connections there. A port may be taken between choice and start: then another one is tried.
 */
export async function startProgram(
  path: string,
  argsFor: (port: number) => readonly string[] | Promise<readonly string[]>,
): Promise<Program> {
  const complaints: string[] = [];
  for (let attempt = 0; attempt < ATTEMPTS; attempt++) {
    const port = await freePort();
    const child = spawn(path, await argsFor(port), { stdio: ['ignore', 'pipe', 'pipe'] });
    const said: string[] = [];
    for (const stream of [child.stdout, child.stderr])
      stream.on('data', (chunk: Buffer) => said.push(chunk.toString()));
    child.on('error', (error) => said.push(error.message));
    // Nothing of a test outlives it, also when it is broken off.
    const end = (): void => void child.kill();
    process.once('exit', end);
    if (await takesConnections(child, port))
      return {
        port,
        output: () => said.join(''),
        async stop() {
          process.removeListener('exit', end);
          await ended(child);
        },
      };
    process.removeListener('exit', end);
    complaints.push(said.join(''));
  }
  throw new Error(`${path} does not start:\n${complaints.join('\n')}`);
}

/** Below the ports that the system gives away by itself, so that none of the other tests' servers comes upon it. */
async function freePort(): Promise<number> {
  for (;;) {
    const port = randomInt(10_000, 30_000);
    const server = createServer();
    const isFree = await new Promise<boolean>((resolve) => {
      server.once('error', () => resolve(false));
      server.listen(port, '127.0.0.1', () => server.close(() => resolve(true)));
    });
    if (isFree) return port;
  }
}

async function takesConnections(child: ChildProcess, port: number): Promise<boolean> {
  while (isRunning(child)) {
    const answers = await new Promise<boolean>((resolve) => {
      const socket = connect(port, '127.0.0.1');
      socket.once('connect', () => resolve(true)).once('error', () => resolve(false));
      socket.once('connect', () => socket.destroy());
    });
    if (answers) return isRunning(child);
    await sleep(20);
  }
  return false;
}

function isRunning(child: ChildProcess): boolean {
  return child.pid !== undefined && child.exitCode === null && child.signalCode === null;
}

async function ended(child: ChildProcess): Promise<void> {
  if (!isRunning(child)) return;
  const gone = once(child, 'exit');
  child.kill();
  await gone;
}
