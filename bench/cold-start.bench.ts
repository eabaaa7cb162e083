/** From the start of the process to its end: what somebody waits who types a command, and a cron job that starts one. */
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { child, runProgram } from './child.ts';
import { type Contender, compare, interleave } from './measure.ts';
import { versionOf } from './peers.ts';
import { type ResponderProcess, startResponderProcess } from './responder-process.ts';
import type { Section } from './section.ts';

const PROGRAM = resolve('dist/bin/restaple.cjs');
const ROUNDS = { rounds: 41, warmUp: 4 };

const INSPECT_GOAL = 1.6;
const FETCH_GOAL = 2.2;

const NOTES = [
  'Cold start: every run is a process of its own with nothing in its environment but PATH; `node -e 0` is Node starting and ending.',
  '`fetch` takes a certificate with its issuer in one file, asks a responder on loopback over plain HTTP, verifies and writes the staple, with both syncs, into the directory for temporary files; the file is removed before each run. `--stdout` is the same without the file.',
];

export async function bench(): Promise<Section> {
  const dir = mkdtempSync(join(tmpdir(), 'restaple-bench-'));
  try {
    const responder = await startResponderProcess(dir);
    try {
      return await measure(dir, responder);
    } finally {
      await responder.stop();
    }
  } finally {
    rmSync(dir, { recursive: true, force: true });
  }
}

async function measure(dir: string, responder: ResponderProcess): Promise<Section> {
  const { chain } = responder.files;
  const response = join(dir, 'kept.ocsp');
  runProgram(process.execPath, [PROGRAM, 'fetch', '--allow-private', chain, '--out', response]);

  const base = child('`node -e 0`', { command: process.execPath, args: ['-e', '0'] });
  const goals = new Map<Contender, number | undefined>([
    [restaple('`restaple inspect` of a response', 'inspect', response), INSPECT_GOAL],
    [restaple('`restaple inspect` of a certificate with its issuer', 'inspect', chain), INSPECT_GOAL],
    [restaple('`restaple verify`', 'verify', response, '--cert', chain), undefined],
    [fetchInto(join(dir, 'fetched.ocsp'), chain), FETCH_GOAL],
    [restaple('`restaple fetch --stdout`', 'fetch', '--allow-private', chain, '--stdout'), undefined],
  ]);
  const openssl = opensslOcsp(join(dir, 'openssl.ocsp'), responder);
  if (openssl) goals.set(openssl, undefined);

  const contenders = [...goals.keys()];
  const samples = await interleave([base, ...contenders], ROUNDS);
  return {
    rows: [...goals].map(([contender, goal]) => ({
      ...compare(samples, contender, base),
      ...(goal !== undefined && { goal }),
    })),
    notes: [...NOTES, openssl ? opensslNote() : 'Left out: `openssl ocsp`, since openssl is not installed.'],
  };
}

function restaple(name: string, ...args: readonly string[]): Contender {
  return child(name, { command: process.execPath, args: [PROGRAM, ...args] });
}

function fetchInto(out: string, chain: string): Contender {
  return child('`restaple fetch` of one certificate', {
    command: process.execPath,
    args: [PROGRAM, 'fetch', '--allow-private', chain, '--out', out],
    ...freshly(out),
  });
}

function opensslOcsp(out: string, { url, files }: ResponderProcess): Contender | undefined {
  if (versionOf('openssl') === undefined) return undefined;
  const { issuer, leaf, root } = files;
  const question = ['-issuer', issuer, '-cert', leaf, '-CAfile', root, '-no_nonce'];
  return child('`openssl ocsp` of the same certificate', {
    command: 'openssl',
    args: ['ocsp', '-url', url, ...question, '-respout', out],
    ...freshly(out),
  });
}

const opensslNote = (): string =>
  '`openssl ocsp` (no Node in it) is given issuer, root and URL by hand, checks the chain of the signer, and writes without syncing.';

/** A program that writes `out` anew each time. */
function freshly(out: string): { prepare: () => void; check: () => void } {
  return {
    prepare: () => rmSync(out, { force: true }),
    check() {
      if (!existsSync(out)) throw new Error(`${out} was not written`);
    },
  };
}
