#!/usr/bin/env node
/** The program that h2o and nghttpx call; what it promises them stands in `h2o/answer.ts`. */
import { answer } from './h2o/answer.ts';
import { processIo } from './io.ts';

/** Keep what there is: also for a fault of restaple, for which Node would end with 1. */
const KEEP = 75;
process.exitCode = KEEP;
process.on('uncaughtException', (error) => {
  process.stderr.write(`restaple: ${error.stack}\n`);
  process.exit(KEEP);
});

/** nghttpx 1.52 takes a program that ends while it is still reading for one that wrote nothing: 2 starts of 8. */
const LINGER_MS = 50;

const io = processIo();
void answer(process.argv.slice(2), io).then((exitCode) =>
  setTimeout(() => process.exit(io.lost() ? KEEP : exitCode), LINGER_MS),
);
