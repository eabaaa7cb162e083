/**
 * YAML 1.2 with the core schema: `no` is text, `010` is refused, nothing is a date, and nothing is executed.
 *
 * A config may be written by a program or by somebody with fewer rights than its reader, so the depth of its nesting
 * and what its aliases unfold to are bounded.
 */
import { Composer, type Document, Lexer, LineCounter, type ParsedNode, Parser } from 'yaml';
import { printable } from '../text.ts';
import { type Fault, quoted } from './problem.ts';

/** The deepest key has four levels. The composer recurses, and at the end of the stack V8 ends the process. */
const MAX_DEPTH = 32;

/** Some of the composer's messages quote what they found. */
const MAX_MESSAGE = 160;

export interface ParsedYaml {
  readonly contents: ParsedNode | null;
  /** What is no YAML, in the order of the text. */
  readonly faults: readonly Fault[];
  readonly lines: LineCounter;
}

const HINTS: Readonly<Record<string, string>> = {
  TAB_AS_INDENT: 'indent with spaces',
  BLOCK_AS_IMPLICIT_KEY: 'a value that holds ": " needs quotes, and each key a line of its own',
  BAD_SCALAR_START: 'put the value in quotes',
  MISSING_CHAR: 'look for a quote or bracket that was opened and never closed',
};

export function parseYaml(text: string): ParsedYaml {
  const lines = new LineCounter();
  lines.addNewLine(0);
  const parser = new Parser(lines.addNewLine);
  const stop = (offset: number, message: string): ParsedYaml => ({
    contents: null,
    faults: [{ offset, path: [], message }],
    lines,
  });
  // YAML allows none, and a terminal would obey them.
  // oxlint-disable-next-line no-control-regex
  const control = /[\0-\x08\x0b\x0c\x0e-\x1f\x7f]/.exec(text);
  if (control) return stop(control.index, `no text: it holds the character ${quoted(control[0])}`);
  const tokens = [];
  for (const lexeme of new Lexer().lex(text)) {
    for (const token of parser.next(lexeme)) tokens.push(token);
    if (parser.stack.length > MAX_DEPTH) return stop(parser.offset, `nested more than ${MAX_DEPTH} deep`);
  }
  for (const token of parser.end()) tokens.push(token);
  const composer = new Composer({
    version: '1.2',
    schema: 'core',
    resolveKnownTags: false,
    merge: false,
    stringKeys: true,
    // Told with the path, by readItems.
    uniqueKeys: false,
    prettyErrors: false,
  });
  const [document, second] = composer.compose(tokens, true, text.length);
  if (document === undefined) return stop(0, 'no YAML');
  const faults = [...syntaxFaults(document)];
  if (second) faults.push({ offset: second.range[0], path: [], message: 'a second document begins here' });
  return { contents: document.contents, faults, lines };
}

function* syntaxFaults(document: Document.Parsed): Generator<Fault> {
  for (const { code, message, pos } of [...document.errors, ...document.warnings]) {
    const text = message.replace(/^Unresolved tag: (?:tag:yaml\.org,2002:)?/, 'unknown tag ');
    yield {
      offset: pos[0],
      path: [],
      message: printable(`${text.charAt(0).toLowerCase()}${text.slice(1)}`.slice(0, MAX_MESSAGE)),
      hint: HINTS[code],
    };
  }
}
