/** Entries added to the text of a config; all that stands there stays as it is, down to its white space. */
import { isDeepStrictEqual } from 'node:util';
import { type Document, YAMLSeq, isMap, isScalar, isSeq, parseDocument, stringify } from 'yaml';

export interface NewEntry {
  readonly list: 'servers' | 'certificates';
  readonly keys: object;
  /** A comment before it. */
  readonly why: string;
}

/** @param text a config that is understood, or nothing but comments and other keys. */
export function addEntries(text: string, entries: readonly NewEntry[]): string {
  return entries.reduce(withEntry, text);
}

function withEntry(text: string, entry: NewEntry): string {
  const document = parse(text);
  const lines = inserted(text, document, entry);
  const whole = appended(document, entry);
  return lines !== undefined && isSame(lines, whole) ? lines : whole;
}

const parse = (text: string): Document => parseDocument(text, { version: '1.2', schema: 'core' });

/** YAML has more ways to write a list than are known here: what the text becomes is read again, and compared. */
function isSame(lines: string, whole: string): boolean {
  const document = parse(lines);
  return document.errors.length === 0 && isDeepStrictEqual(document.toJS(), parse(whole).toJS());
}

/** Behind the last entry of a list that is written in lines, or as a list of its own at the end of the config. */
function inserted(text: string, document: Document, { keys, list, why }: NewEntry): string | undefined {
  const present: unknown = document.get(list, true);
  const root = document.contents;
  if (!isMap(root) || root.flow === true) return undefined;
  if (present === undefined && !document.has(list)) {
    const [first] = root.items;
    const at = isScalar(first?.key) ? columnOf(text, first.key.range?.[0] ?? 0) : 0;
    return at === 0 ? withLines(text, text.length, [`${list}:`, ...linesOf(keys, why, '  ')]) : undefined;
  }
  if (!isSeq(present) || present.flow === true || !present.range || present.items.length === 0)
    return undefined;
  const [start, end] = present.range;
  const column = columnOf(text, start);
  // Behind an anchor or a tag a list does not begin where its entries do.
  if (text[start] !== '-') return undefined;
  // A comment may stand behind the last value.
  const next = text.indexOf('\n', end - 1);
  return withLines(text, next < 0 ? text.length : next + 1, linesOf(keys, why, ' '.repeat(column)));
}

const columnOf = (text: string, offset: number): number => offset - text.lastIndexOf('\n', offset - 1) - 1;

function linesOf(keys: object, why: string, indent: string): readonly string[] {
  const [first = '', ...rest] = stringify(keys, { version: '1.2', schema: 'core', lineWidth: 0 })
    .trimEnd()
    .split('\n');
  // A name of a file could have a line end, and go on as something else than a comment.
  return [
    `# ${why.replaceAll(/[\r\n]/g, '?')}`,
    `- ${first}`,
    ...rest.map((line) => (line === '' ? '' : `  ${line}`)),
  ].map((line) => indent + line);
}

function withLines(text: string, offset: number, lines: readonly string[]): string {
  const end = text.includes('\r\n') ? '\r\n' : '\n';
  const head = text.slice(0, offset);
  const before = head === '' || head.endsWith('\n') ? head : head + end;
  return `${before}${lines.join(end)}${end}${text.slice(offset)}`;
}

/** For a list in brackets, an empty one, or none at all in a config without a line of its own. */
function appended(document: Document, { keys, list: name, why }: NewEntry): string {
  const node = document.createNode(keys);
  node.commentBefore = ` ${why.replaceAll(/[\r\n]/g, '?')}`;
  const present: unknown = document.get(name, true);
  if (isSeq(present)) {
    present.flow = false;
    present.items.push(node);
  } else {
    const list = new YAMLSeq();
    list.items.push(node);
    document.set(name, list);
  }
  return document.toString({ lineWidth: 0 });
}
