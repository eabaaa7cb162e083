/** Entries added to the text of a config; all that stands there stays, comments too. */
import { type Document, YAMLSeq, isSeq, parseDocument } from 'yaml';

export interface NewEntry {
  readonly list: 'servers' | 'certificates';
  readonly keys: object;
  /** A comment before it. */
  readonly why: string;
}

/** @param text a config that is understood, or nothing but comments and other keys. */
export function addEntries(text: string, entries: readonly NewEntry[]): string {
  const document = parseDocument(text, { version: '1.2', schema: 'core' });
  for (const entry of entries) append(document, entry);
  return document.toString({ lineWidth: 0 });
}

function append(document: Document, { keys, list: name, why }: NewEntry): void {
  const node = document.createNode(keys);
  // A name of a file could have a line end, and go on as something else than a comment.
  node.commentBefore = ` ${why.replaceAll(/[\r\n]/g, '?')}`;
  const present: unknown = document.get(name, true);
  if (isSeq(present)) {
    present.flow = false;
    present.items.push(node);
    return;
  }
  const list = new YAMLSeq();
  list.items.push(node);
  document.set(name, list);
}
