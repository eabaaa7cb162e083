/** `restaple inspect FILE...`: what is in it, whatever it is. */
import { attempt } from '../../attempt.ts';
import { RestapleError } from '../../errors.ts';
import { type Certificate, decodeCertificate } from '../../x509/certificate.ts';
import type { CrlAsker, CrlOutcome } from '../crl/ask-crl.ts';
import type { CrlJson } from '../crl/crl-json.ts';
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

type Found = Place &
  (
    | { readonly description: Description; readonly crl?: CrlOutcome | undefined }
    | { readonly error: RestapleError }
  );

/** Given by `inspect --crl` alone: nothing else of `inspect` needs the network, or should load it. */
type CreateAsker = (flags: InspectFlags, io: Io) => Promise<CrlAsker>;

export function inspectCommand(
  files: readonly string[],
  flags: InspectFlags,
  io: Io,
  createAsker?: CreateAsker,
): Promise<number> {
  return guarded(io, () => inspect(files, flags, io, createAsker), flags.json ? 'inspect' : undefined);
}

async function inspect(
  files: readonly string[],
  options: InspectFlags,
  io: Io,
  createAsker: CreateAsker | undefined,
): Promise<ExitCode> {
  const all: Found[] = [];
  const asker = await createAsker?.(options, io);
  try {
    for (const file of files) {
      const found = await inspectFile(file, io, asker);
      if (!options.json) for (const one of found) print(io, one, all.length > 0 || one !== found[0]);
      all.push(...found);
    }
  } finally {
    asker?.close();
  }
  const exitCode = gravest(all.map(exitCodeOfFound));
  if (options.json) printJson(io, { verb: 'inspect', exitCode, files: all.map(json) });
  return exitCode;
}

async function inspectFile(file: string, io: Io, asker: CrlAsker | undefined): Promise<readonly Found[]> {
  let parts: readonly Part[];
  try {
    parts = partsOf(await readInput(file, io), file);
  } catch (error) {
    return [{ file, part: null, parts: null, line: null, error: expected(error) }];
  }
  const now = io.now();
  const certificates = asker && parts.map(certificateOf);
  const found: Found[] = [];
  for (const [i, part] of parts.entries()) {
    const place = { file, part: i + 1, parts: parts.length, line: part.line };
    try {
      const description = describePart(part, now);
      const certificate = certificates?.[i];
      const pool = certificates?.filter((one) => one !== undefined) ?? [];
      const crl = certificate && { crl: await asker?.ask(certificate, pool) };
      found.push({ ...place, description, ...crl });
    } catch (error) {
      found.push({ ...place, error: expected(error) });
    }
  }
  return found;
}

const certificateOf = ({ kind, der }: Part): Certificate | undefined =>
  kind === 'certificate' ? attempt(() => decodeCertificate(der)) : undefined;

/** A fault of restaple itself is not a property of the file. */
function expected(error: unknown): RestapleError {
  if (error instanceof RestapleError) return error;
  throw error;
}

const exitCodeOfFound = (found: Found): ExitCode =>
  'error' in found ? exitCodeOf(found.error) : (found.crl?.exitCode ?? EXIT.ok);

function print(io: Io, found: Found, separate: boolean): void {
  const { file, part, parts, line } = found;
  const name = displayName(file);
  if ('error' in found) {
    const subject = parts !== null && parts > 1 && line !== null ? `${name}, line ${line}` : name;
    printError(io, found.error, { subject });
    return;
  }
  const { description, crl } = found;
  const count = parts !== null && parts > 1 ? ` ${part} of ${parts}` : '';
  const heading = `${name}: ${TITLES[description.type]}${count}\n`;
  const listing = [...listDescription(description), ...(crl ? [crl.row] : [])];
  io.out(`${separate ? '\n' : ''}${heading}${formatListing(listing)}`);
  if (crl?.error) printError(io, crl.error, { subject: name });
}

type Shown = Description & { readonly crl?: CrlJson | null };

function json(found: Found): Place & (Shown | { readonly error: ErrorJson }) {
  if ('error' in found) return { ...found, error: errorJson(found.error) };
  const { description, crl, ...place } = found;
  return { ...place, ...description, ...('crl' in found && { crl: crl?.json ?? null }) };
}
