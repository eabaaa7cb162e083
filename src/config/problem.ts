/** What is wrong with a config, first by the place in its text, then as it is told. */
import type { ConfigProblem } from '../errors.ts';
import { printable } from '../text.ts';

/** Keys and indexes, from the top. */
export type Path = readonly (string | number)[];

export interface Fault {
  /** Where it stands in the text, in UTF-16 units. */
  readonly offset: number;
  readonly path: Path;
  readonly message: string;
  readonly hint?: string | undefined;
  /** It is about what is not there. */
  readonly isAbsence?: boolean;
}

/** Keys that are each right, and not together; it stands where `path` leads. */
export interface Clash {
  readonly path: Path;
  readonly message: string;
  readonly hint?: string;
}

/** As much of a value or key as a message has room for. */
const MAX_QUOTED = 60;

export function quoted(text: string): string {
  return printable(text.length > MAX_QUOTED ? `${text.slice(0, MAX_QUOTED)}…` : text);
}

/** `certificates[2].header.Host`. */
export function formatPath(path: Path): string {
  return path
    .map((step, i) => (typeof step === 'number' ? `[${step}]` : `${i === 0 ? '' : '.'}${quoted(step)}`))
    .join('');
}

/** From the first line to the last; of two in one place, in the order in which they were found. */
export function problemsOf(
  faults: readonly Fault[],
  file: string,
  positionOf: (offset: number) => { readonly line: number; readonly col: number },
): readonly ConfigProblem[] {
  return faults
    .toSorted((a, b) => a.offset - b.offset)
    .map(({ offset, path, message, hint }) => {
      const { line, col } = positionOf(offset);
      return { file, line, column: col, path: formatPath(path), message, hint };
    });
}
