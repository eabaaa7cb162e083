/** A line as words: white space parts them, quotes and `\` hold them together, `#` begins a comment. */

/** `undefined` for a quote that is not closed. Of `"…"` and `'…'` only the quotes go; `\` gives the next character. */
export function wordsOf(line: string): readonly string[] | undefined {
  const words: string[] = [];
  let word: string | undefined;
  let quote = '';
  for (let i = 0; i < line.length; i++) {
    const c = line[i] ?? '';
    if (c === '\\' && quote !== "'") word = (word ?? '') + (line[++i] ?? '');
    else if (quote !== '') {
      if (c === quote) quote = '';
      else word = (word ?? '') + c;
    } else if (c === '"' || c === "'") {
      quote = c;
      word ??= '';
    } else if (c === '#') break;
    else if (/\s/.test(c)) {
      if (word !== undefined) words.push(word);
      word = undefined;
    } else word = (word ?? '') + c;
  }
  if (word !== undefined) words.push(word);
  return quote === '' ? words : undefined;
}

export interface Line {
  /** From 1; of the first of those that a `\` at the end joined. */
  readonly line: number;
  /** The last of them. */
  readonly lastLine: number;
  readonly text: string;
}

/** The lines of a text, those joined that end with `\`; white space after it may not be seen, and does not count. */
export function joinedLines(text: string): readonly Line[] {
  const lines: Line[] = [];
  let open: Line | undefined;
  for (const [i, one] of text.split(/\r?\n/).entries()) {
    const whole: Line = open
      ? { line: open.line, lastLine: i + 1, text: open.text + one.trimStart() }
      : { line: i + 1, lastLine: i + 1, text: one };
    open = /\\\s*$/.test(one) ? { ...whole, text: whole.text.trimEnd().slice(0, -1) } : undefined;
    if (!open) lines.push(whole);
  }
  return open ? [...lines, open] : lines;
}
