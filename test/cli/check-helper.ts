/** A TLS server on loopback that staples what a test wants, and `restaple check` at it. */
import { type Server, createServer } from 'node:https';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { type TestPki, createTestPki, shift } from '../support/pki.ts';
import { type CliOptions, type CliRun, runCli } from '../support/run-cli.ts';
import type { Entity } from '../../src/demo/pki/entity.ts';

export const HOUR = 3_600_000;
/** The clock of TLS is real, so ours is. */
export const now: Date = shift(new Date(), 0);
export const pki: TestPki = createTestPki({ now });

export interface StaplingServer {
  readonly port: number;
  /** How many handshakes asked for a staple so far. */
  readonly asked: () => number;
  close(): Promise<void>;
}

/** What each handshake gets, by its number from 1. */
export type Staples = (handshake: number) => Buffer | undefined;

export async function startStapling(
  staples: Staples,
  { leaf = pki.leaf, chain = [pki.issuer] }: { leaf?: Entity; chain?: readonly Entity[] } = {},
): Promise<StaplingServer> {
  let asked = 0;
  const server: Server = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, ...chain) });
  server.on('OCSPRequest', (_certificate, _issuer, give) => give(null, staples(++asked) ?? Buffer.alloc(0)));
  const port = await listen(server);
  return { port, asked: () => asked, close: () => close(server) };
}

/** `restaple check`, with a clock that goes with TLS's. */
export const check = (args: readonly string[], options: CliOptions = {}): Promise<CliRun> =>
  runCli(['check', ...args], { now, env: { LANG: 'C.UTF-8' }, ...options });

/** The same at one server under the name of its certificate. */
export function checkPort(port: number, ...args: readonly string[]): Promise<CliRun> {
  return check([`127.0.0.1:${port}`, '--servername', 'www.example.test', ...args]);
}

export interface Told {
  readonly exitCode: number;
  readonly severity: string;
  readonly state: string;
  readonly findings: readonly {
    readonly state: string;
    readonly code: string | null;
    readonly message: string;
  }[];
}

/** What `--json` says of the one server and its first certificate. */
export function toldBy({ out }: CliRun): Told {
  const { exitCode, severity, servers } = JSON.parse(out);
  const [{ state, certificates, failures }] = servers;
  return { exitCode, severity, state, findings: [...failures, ...(certificates[0]?.findings ?? [])] };
}
