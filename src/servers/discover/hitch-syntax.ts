/**
 * The configuration of Hitch: `key = value`, where a value is a string in quotes, a word, or statements within braces;
 * `#` begins a comment.
 */

export interface HitchStatement {
  /** With the keys of the blocks that it stands in: `pem-file.cert`. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
  /** Which of the blocks of the outermost level it stands in. */
  readonly block: number;
}

const TOKEN = /#[^\n]*|"([^"\n]*)"|[={}\n]|[^\s"={}#]+|[^\s]/g;

/** @param skip is told the lines that are not as above. */
export function hitchStatements(text: string, skip: (line: number) => void): readonly HitchStatement[] {
  const found: HitchStatement[] = [];
  const blocks: string[] = [];
  let line = 1;
  let block = 0;
  let key: string | undefined;
  let isValue = false;
  for (const [token, string] of text.matchAll(TOKEN)) {
    if (token === '\n') line++;
    else if (token.startsWith('#')) continue;
    else if (token === '=' && key !== undefined && !isValue) isValue = true;
    else if (token === '{' && isValue) {
      if (blocks.length === 0) block++;
      blocks.push(key ?? '');
      [key, isValue] = [undefined, false];
    } else if (token === '}' && key === undefined && blocks.length > 0) blocks.pop();
    else if (isValue && !/^["={}]$/.test(token)) {
      found.push({ key: [...blocks, key].join('.'), value: string ?? token, line, block });
      [key, isValue] = [undefined, false];
    } else if (key === undefined && string === undefined && /^[\w-]+$/.test(token)) key = token;
    else skip(line);
  }
  return found;
}
