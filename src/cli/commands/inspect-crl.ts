/** `restaple inspect FILE... --crl`: what is in it, and what the CRLs say of its certificates. */
import { createCrlAsker } from '../crl/ask-crl.ts';
import type { Io } from '../io.ts';
import type { InspectFlags } from '../verbs/inspect.ts';
import { inspectCommand } from './inspect.ts';

export function inspectCrlCommand(files: readonly string[], flags: InspectFlags, io: Io): Promise<number> {
  return inspectCommand(files, flags, io, createCrlAsker);
}
