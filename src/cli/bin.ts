#!/usr/bin/env node
import { processIo } from './io.ts';
import { main } from './main.ts';

/** As in `exit-codes.ts`, which is not loaded here: a fault of restaple, output that cannot be written, what is graver. */
const SOFTWARE = 70;
const CANNOT_CREATE = 73;
const GRAVER: ReadonlySet<number> = new Set([64, 66, 70, 78]);
/** Whoever reads the talk and stands still is not waited for longer: a service is to end within ten seconds. */
const LAST_WORDS_MS = 2_000;

const io = processIo();

async function run(): Promise<number> {
  try {
    return await main(process.argv.slice(2), io);
  } catch (error) {
    io.err(`restaple: ${error instanceof Error ? error.stack : String(error)}\n`);
    return SOFTWARE;
  }
}

async function runAndEnd(): Promise<void> {
  const exitCode = await run();
  const lost = io.lost();
  if (lost) {
    io.err(
      `restaple: cannot write to standard output: ${lost.message}\nhint: files were written all the same\n`,
    );
  }
  process.exitCode = lost && !GRAVER.has(exitCode) ? CANNOT_CREATE : exitCode;
  // Ending by itself, Node waits for sockets to close and takes the heap down, for nobody.
  if (io.allWritten()) process.exit();
  if (io.resultWritten()) setTimeout(() => process.exit(), LAST_WORDS_MS).unref();
}

void runAndEnd();
