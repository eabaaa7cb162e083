/** Edits as a unified patch, for `patch -p1 -d /`: bytes, since a comment may be in the encoding of an older day. */
import type { Edit } from '../../servers/discover/found.ts';
import type { Tree } from '../../servers/discover/tree.ts';

const CONTEXT = 3;

export function patchOf(tree: Tree, edits: readonly Edit[]): Buffer {
  const files = new Map<string, Edit[]>();
  for (const edit of edits) {
    // patch(1) changes no file through a link.
    const file = tree.resolved(edit.place.file);
    const its = files.get(file) ?? [];
    files.set(file, its);
    // The same file may be come to by several links.
    if (!its.some((one) => isSame(one, edit))) its.push(edit);
  }
  const parts = [...files].map(([file, its]) => filePatch(file, tree.bytes(file)?.toString('latin1'), its));
  return Buffer.from(parts.join(''), 'latin1');
}

const isSame = (one: Edit, other: Edit): boolean =>
  one.place.line === other.place.line &&
  one.remove === other.remove &&
  one.insert.join('\n') === other.insert.join('\n');

/** Each byte as a character of its own. */
const bytesOf = (text: string): string => Buffer.from(text).toString('latin1');

/** As git(1) writes it, and patch(1) reads it: a line end in a name would begin another file. */
function nameOf(path: string): string {
  const name = bytesOf(path);
  if (!/[^ !#-[\]-~]/.test(name)) return name.includes(' ') ? `"${name}"` : name;
  const escaped = name.replaceAll(
    /[^ !#-[\]-~]/g,
    (c) => `\\${c.charCodeAt(0).toString(8).padStart(3, '0')}`,
  );
  return `"${escaped}"`;
}

interface Row {
  readonly sign: ' ' | '+' | '-';
  readonly text: string;
}

function filePatch(file: string, text: string | undefined, edits: readonly Edit[]): string {
  const rows = rowsOf(text ?? '', edits);
  const changed = rows.flatMap(({ sign }, i) => (sign === ' ' ? [] : [i]));
  let out = `--- ${text !== undefined ? nameOf(`a${file}`) : '/dev/null'}\n+++ ${nameOf(`b${file}`)}\n`;
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
  const end = lines[0]?.endsWith('\r') === true ? '\r' : '';
  const added = (line: number): Row[] =>
    at(line).flatMap(({ insert }) => insert.map((one): Row => ({ sign: '+', text: bytesOf(one) + end })));
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
