#!/usr/bin/env node
import { processIo } from './io.ts';
import { main } from './main.ts';

async function run(): Promise<void> {
  const io = processIo();
  process.exitCode = await main(process.argv.slice(2), io);
  // Ending by itself, Node waits for sockets to close and takes the heap down, for nobody.
  if (io.allWritten()) process.exit();
}

void run();
