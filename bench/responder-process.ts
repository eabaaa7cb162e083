/** Starts the responder and stops it. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createInterface } from 'node:readline';
import { fileURLToPath } from 'node:url';
import type { ResponderReady } from './responder.ts';

export interface ResponderProcess extends ResponderReady {
  stop(): Promise<void>;
}

/** `dir` takes the files of its PKI. */
export async function startResponderProcess(dir: string): Promise<ResponderProcess> {
  // The bundle has the program beside every module that may hold this line.
  const program = fileURLToPath(new URL('responder.js', import.meta.url));
  const process_ = spawn(process.execPath, [program, dir], { stdio: ['pipe', 'pipe', 'inherit'] });
  const gone = once(process_, 'exit');
  for await (const line of createInterface({ input: process_.stdout })) {
    const ready: ResponderReady = JSON.parse(line);
    return {
      ...ready,
      async stop() {
        process_.stdin.end();
        await gone;
      },
    };
  }
  throw new Error('the responder ended before it was ready');
}
