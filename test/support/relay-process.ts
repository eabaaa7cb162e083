/** `restaple relay` as a program of its own on loopback, with a responder behind it that knows every serial number. */
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync } from 'node:fs';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { certificatesPem } from './files.ts';
import { type Responder, startResponder } from './ocsp-responder.ts';
import { type TestPki, createTestPki } from './pki.ts';

export interface RelayProcess {
  readonly port: number;
  readonly pki: TestPki;
  readonly responder: Responder;
  /** Resident memory in KiB, as Linux tells it; `undefined` elsewhere, and when it has ended. */
  memory(): number | undefined;
  signal(signal: NodeJS.Signals): void;
  /** @returns how it ended: 0 where all is well. */
  stop(): Promise<number | NodeJS.Signals | null>;
}

/**
 * @param program the command as it was built.
 * @param prefix what it is run with, such as `taskset -c 0`.
 */
export async function startRelayProcess(
  program: string,
  prefix: readonly string[] = [],
): Promise<RelayProcess> {
  const pki = createTestPki({ now: new Date() });
  const responder = await startResponder({ pki, defaultStatus: { type: 'good' } });
  const dir = await mkdtemp(join(tmpdir(), 'restaple-relay-'));
  await writeFile(join(dir, 'issuer.pem'), certificatesPem(pki.issuer));
  const [command = '', ...args]: readonly string[] = [
    ...prefix,
    process.execPath,
    program,
    'relay',
    '--listen=127.0.0.1:0',
    `--issuer=${join(dir, 'issuer.pem')}`,
    `--url=${responder.url}`,
    `--store=${join(dir, 'store')}`,
    `--control=${join(dir, 'c.sock')}`,
  ];
  const child = spawn(command, args, { stdio: ['ignore', 'ignore', 'pipe'] });
  const gone = once(child, 'exit');
  const port = await new Promise<number>((resolve, reject) => {
    const said: string[] = [];
    createInterface({ input: child.stderr }).on('line', (line) => {
      said.push(line);
      const [, digits] = /"event":"relay".*127\.0\.0\.1:(\d+)/.exec(line) ?? [];
      if (digits !== undefined) resolve(Number(digits));
    });
    void gone.then(() => reject(new Error(`the relay ended: ${said.slice(-5).join('\n')}`)));
  });
  return {
    port,
    pki,
    responder,
    memory() {
      try {
        const [, kib] = /^VmRSS:\s+(\d+)/m.exec(readFileSync(`/proc/${child.pid}/status`, 'latin1')) ?? [];
        return kib === undefined ? undefined : Number(kib);
      } catch {
        return undefined;
      }
    },
    signal: (signal) => void child.kill(signal),
    async stop() {
      if (child.exitCode === null && child.signalCode === null) child.kill('SIGTERM');
      await gone;
      await responder.close();
      await rm(dir, { recursive: true, force: true });
      return child.exitCode ?? child.signalCode;
    },
  };
}
