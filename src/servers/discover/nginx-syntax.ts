/**
 * The configuration of nginx as directives with positions.
 *
 * directive = word *( word ) ( ";" / "{" *directive "}" ); a word is plain, or in quotes, with `\` as escape; `#` at the
 * beginning of a word is a comment to the end of the line. The block of a `…_by_lua_block` is Lua, and passed over.
 */
import type { Place } from './found.ts';

export interface Directive {
  readonly name: string;
  readonly args: readonly string[];
  /** Where its name stands. */
  readonly place: Place;
  /** The line of its `;`, or of the `{` of its block. */
  readonly headLine: number;
  /** How many characters of that line come up to there. */
  readonly headColumn: number;
  readonly block: readonly Directive[] | undefined;
}

export interface NginxFile {
  readonly directives: readonly Directive[];
  /** Where reading stopped, because it is not as above. */
  readonly broken: { readonly line: number; readonly text: string } | undefined;
}

type Token = { readonly kind: 'word' | ';' | '{' | '}'; readonly text: string; readonly line: number };

/** nginx itself knows no bound; nobody nests by hand so deep. */
const MAX_DEPTH = 32;

/** A long string or comment, a comment, a string, or any other character. */
const LUA = /(?:--)?\[(=*)\[[^]*?\]\1\]|--[^\n]*|"(?:[^"\\]|\\[^])*"|'(?:[^'\\]|\\[^])*'|[^]/y;

const ESCAPES: ReadonlyMap<string, string> = new Map([
  ['"', '"'],
  ["'", "'"],
  ['\\', '\\'],
  ['t', '\t'],
  ['r', '\r'],
  ['n', '\n'],
]);

class Broken extends Error {
  readonly line: number;

  constructor(line: number, message: string) {
    super(message);
    this.line = line;
  }
}

export function parseNginx(file: string, text: string): NginxFile {
  const reader = new Reader(file, text);
  try {
    return { directives: reader.directives(0), broken: undefined };
  } catch (error) {
    if (!(error instanceof Broken)) throw error;
    return { directives: reader.whole, broken: { line: error.line, text: error.message } };
  }
}

class Reader {
  /** The directives of the outermost level that were read to their end. */
  readonly whole: Directive[] = [];
  readonly #file: string;
  readonly #text: string;
  #at = 0;
  #line = 1;
  #lineStart = 0;

  constructor(file: string, text: string) {
    this.#file = file;
    this.#text = text;
  }

  directives(depth: number): readonly Directive[] {
    const list = depth === 0 ? this.whole : [];
    for (;;) {
      const token = this.#next();
      if (token === undefined) {
        if (depth > 0) throw new Broken(this.#line, 'the file ends within a block');
        return list;
      }
      if (token.kind === '}') {
        if (depth === 0) throw new Broken(token.line, 'a } that closes nothing');
        return list;
      }
      if (token.kind !== 'word') throw new Broken(token.line, `a ${token.kind} without a directive`);
      list.push(this.#directive(token, depth));
    }
  }

  #directive({ text: name, line }: Token, depth: number): Directive {
    const args: string[] = [];
    const place = { file: this.#file, line };
    for (;;) {
      const token = this.#next();
      if (token === undefined || token.kind === '}') throw new Broken(line, `${name} has no end`);
      const head = { name, args, place, headLine: token.line, headColumn: this.#at - this.#lineStart };
      if (token.kind === ';') return { ...head, block: undefined };
      if (token.kind === 'word') {
        args.push(token.text);
        continue;
      }
      if (depth === MAX_DEPTH) throw new Broken(token.line, `blocks are nested more than ${MAX_DEPTH} deep`);
      if (name.endsWith('_by_lua_block')) this.#passLua(line);
      const block = name.endsWith('_by_lua_block') ? [] : this.directives(depth + 1);
      return { ...head, block };
    }
  }

  #next(): Token | undefined {
    this.#passSpace();
    const line = this.#line;
    const c = this.#text[this.#at];
    if (c === undefined) return undefined;
    if (c === ';' || c === '{' || c === '}') {
      this.#at++;
      return { kind: c, text: c, line };
    }
    return { kind: 'word', text: c === '"' || c === "'" ? this.#quoted(c) : this.#plain(), line };
  }

  #passSpace(): void {
    for (;;) {
      const c = this.#text[this.#at];
      if (c === '#') while (this.#at < this.#text.length && this.#text[this.#at] !== '\n') this.#at++;
      else if (c !== undefined && /\s/.test(c)) this.#step();
      else return;
    }
  }

  #step(): void {
    if (this.#text[this.#at++] !== '\n') return;
    this.#line++;
    this.#lineStart = this.#at;
  }

  #quoted(quote: string): string {
    const begin = this.#line;
    let word = '';
    for (this.#at++; this.#text[this.#at] !== quote; this.#step()) {
      if (this.#at >= this.#text.length) throw new Broken(begin, 'a quote that is not closed');
      word += this.#character();
    }
    this.#at++;
    return word;
  }

  /** `${` opens the name of a variable, and no block. */
  #plain(): string {
    let word = '';
    for (let c = this.#text[this.#at]; c !== undefined && !/[\s;]/.test(c); c = this.#text[this.#at]) {
      if (c === '{' && !word.endsWith('$')) break;
      if (c === '{') {
        const [name = ''] = /^\{\w*\}?/.exec(this.#text.slice(this.#at, this.#at + 200)) ?? [];
        word += name;
        this.#at += name.length;
        continue;
      }
      if (c === '}' && word === '') break;
      word += this.#character();
      this.#step();
    }
    return word;
  }

  /** The one at hand; of an escape the second is at hand then. The `\` stays before one that needs none. */
  #character(): string {
    const c = this.#text[this.#at] ?? '';
    const next = c === '\\' ? this.#text[this.#at + 1] : undefined;
    if (next === undefined) return c;
    this.#at++;
    return ESCAPES.get(next) ?? c + next;
  }

  /** Braces within its strings and comments are none. */
  #passLua(begin: number): void {
    for (let depth = 1; depth > 0;) {
      LUA.lastIndex = this.#at;
      const [whole] = LUA.exec(this.#text) ?? [];
      if (whole === undefined) throw new Broken(begin, 'a block of Lua has no end');
      if (whole === '{') depth++;
      if (whole === '}') depth--;
      for (const end = this.#at + whole.length; this.#at < end;) this.#step();
    }
  }
}
