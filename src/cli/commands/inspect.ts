/** `restaple inspect FILE...`: what is in it, whatever it is. */
import { RestapleError } from '../../errors.ts';
import { type Description, TITLES, describePart, listDescription } from '../describe/description.ts';
import { displayName } from '../describe/file-name.ts';
import { formatListing } from '../describe/listing.ts';
import { type Part, partsOf } from '../describe/parts.ts';
import { type ErrorJson, errorJson, printError } from '../error-output.ts';
import { EXIT, type ExitCode, exitCodeOf, gravest } from '../exit-codes.ts';
import { guarded } from '../guarded.ts';
import type { Io } from '../io.ts';
import { printJson } from '../json-output.ts';
import { readInput } from '../read-input.ts';
import type { InspectFlags } from '../verbs/inspect.ts';

/** Where in which file; `null` in all but the name when the file as a whole could not be read. */
interface Place {
  readonly file: string;
  readonly part: number | null;
  readonly parts: number | null;
  readonly line: number | null;
}

type Found = Place & ({ readonly description: Description } | { readonly error: RestapleError });

export function inspectCommand(files: readonly string[], flags: InspectFlags, io: Io): Promise<number> {
  return guarded(io, () => inspect(files, flags, io), flags.json ? 'inspect' : undefined);
}

async function inspect(files: readonly string[], options: InspectFlags, io: Io): Promise<ExitCode> {
  const all: Found[] = [];
  for (const file of files) {
    const found = await inspectFile(file, io);
    if (!options.json) for (const one of found) print(io, one, all.length > 0 || one !== found[0]);
    all.push(...found);
  }
  const exitCode = gravest(all.map(exitCodeOfFound));
  if (options.json) printJson(io, { verb: 'inspect', exitCode, files: all.map(json) });
  return exitCode;
}

async function inspectFile(file: string, io: Io): Promise<readonly Found[]> {
  let parts: readonly Part[];
  try {
    parts = partsOf(await readInput(file, io), file);
  } catch (error) {
    return [{ file, part: null, parts: null, line: null, error: expected(error) }];
  }
  const now = io.now();
  return parts.map((part, i) => {
    const place = { file, part: i + 1, parts: parts.length, line: part.line };
    try {
      return { ...place, description: describePart(part, now) };
    } catch (error) {
      return { ...place, error: expected(error) };
    }
  });
}

/** A fault of restaple itself is not a property of the file. */
function expected(error: unknown): RestapleError {
  if (error instanceof RestapleError) return error;
  throw error;
}

const exitCodeOfFound = (found: Found): ExitCode => ('error' in found ? exitCodeOf(found.error) : EXIT.ok);

function print(io: Io, found: Found, separate: boolean): void {
  const { file, part, parts, line } = found;
  const name = displayName(file);
  if ('error' in found) {
    const subject = parts !== null && parts > 1 && line !== null ? `${name}, line ${line}` : name;
    printError(io, found.error, { subject });
    return;
  }
  const { description } = found;
  const count = parts !== null && parts > 1 ? ` ${part} of ${parts}` : '';
  const heading = `${name}: ${TITLES[description.type]}${count}\n`;
  io.out(`${separate ? '\n' : ''}${heading}${formatListing(listDescription(description))}`);
}

function json(found: Found): Place & (Description | { readonly error: ErrorJson }) {
  if ('error' in found) return { ...found, error: errorJson(found.error) };
  const { description, ...place } = found;
  return { ...place, ...description };
}
