/** Edits as a unified patch, for `patch -p1 -d /`. */
import type { Edit } from '../../servers/discover/found.ts';
import type { Tree } from '../../servers/discover/tree.ts';

const CONTEXT = 3;

export function patchOf(tree: Tree, edits: readonly Edit[]): string {
  const files = new Map<string, Edit[]>();
  for (const edit of edits) {
    // patch(1) changes no file through a link.
    const file = tree.resolved(edit.place.file);
    const its = files.get(file);
    if (its) its.push(edit);
    else files.set(file, [edit]);
  }
  return [...files].map(([file, its]) => filePatch(file, tree.text(file), its)).join('');
}

interface Row {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

function filePatch(file: string, text: string | undefined, edits: readonly Edit[]): string {
  const rows = rowsOf(text ?? '', edits);
  const changed = rows.flatMap(({ sign }, i) => (sign === ' ' ? [] : [i]));
  let out = `--- ${text !== undefined ? `a${file}` : '/dev/null'}\n+++ b${file}\n`;
  for (let i = 0; i < changed.length;) {
    const from = Math.max(0, (changed[i] ?? 0) - CONTEXT);
    let to = changed[i] ?? 0;
    // What lies closer together than both contexts is one hunk.
    while (i < changed.length && (changed[i] ?? 0) - to <= 2 * CONTEXT) to = changed[i++] ?? 0;
    out += hunk(rows, from, Math.min(rows.length, to + CONTEXT + 1));
  }
  return out;
}

function rowsOf(text: string, edits: readonly Edit[]): readonly Row[] {
  const lines = text.split('\n');
  const isEnded = lines.at(-1) === '';
  if (isEnded) lines.pop();
  const byLine = new Map<number, Edit[]>();
  for (const edit of edits) byLine.set(edit.place.line, [...(byLine.get(edit.place.line) ?? []), edit]);
  const at = (line: number): readonly Edit[] => byLine.get(line) ?? [];
  const added = (line: number): Row[] =>
    at(line).flatMap(({ insert }) => insert.map((one): Row => ({ sign: '+', text: one })));
  const last = isEnded ? '' : '\n\\ No newline at end of file';
  return [
    ...added(0),
    ...lines.flatMap((line, i): Row[] => {
      const sign = at(i + 1).some(({ remove }) => remove) ? '-' : ' ';
      const more = added(i + 1);
      const isLast = i + 1 === lines.length;
      // A line that gets others after it gets an end.
      if (isLast && last !== '' && more.length > 0) {
        const whole: Row[] = sign === ' ' ? [{ sign: '+', text: line }] : [];
        return [{ sign: '-', text: `${line}${last}` }, ...whole, ...more];
      }
      return [{ sign, text: isLast ? `${line}${last}` : line }, ...more];
    }),
  ];
}

function hunk(rows: readonly Row[], from: number, to: number): string {
  const count = (list: readonly Row[], sign: '+' | '-'): number =>
    list.filter((row) => row.sign === ' ' || row.sign === sign).length;
  const before = rows.slice(0, from);
  const part = rows.slice(from, to);
  const range = (sign: '+' | '-'): string => {
    const length = count(part, sign);
    return `${count(before, sign) + (length === 0 ? 0 : 1)},${length}`;
  };
  return `@@ -${range('-')} +${range('+')} @@\n${part.map(({ sign, text }) => `${sign}${text}\n`).join('')}`;
}
