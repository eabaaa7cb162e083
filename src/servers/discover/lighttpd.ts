/** lighttpd: `ssl.pemfile`, global or within conditions, and the files that are included. */
import { dirname, isAbsolute, join } from 'node:path';
import { outputPath } from '../../subject/output-path.ts';
import { Findings, type FoundServer, type Place, STAPLES, indentOf } from './found.ts';
import { isPattern } from './pattern.ts';
import type { Tree } from './tree.ts';

const FILE = '/etc/lighttpd/lighttpd.conf';
const DIR = `${STAPLES}/lighttpd`;
const MAX_FILES = 50_000;
const MAX_DEPTH = 16;
/** A string, a comment, a name, or one of the signs that matter here. */
const TOKEN = /"((?:[^"\\]|\\.)*)"|#[^\n]*|[\w.$-]+|==|=~|!=|!~|\+=|[={}()[\],+]|\n|[^\s]/g;

/** Nothing else stands on its line: what comes after it would be outside of a block that ends there. */
const ALONE = /^\s*ssl\.[a-z-]+\s*=\s*"[^"]*"\s*(?:#.*)?$/;

export const findLighttpd = (tree: Tree): readonly FoundServer[] =>
  tree.isFile(FILE) ? [new LighttpdFinder(tree).found()] : [];

interface Token {
  readonly text: string;
  /** What is between the quotes, for a string. */
  readonly string: string | undefined;
  readonly line: number;
}

/** What stands between two braces, or outside of all. */
interface Block {
  pemfile: { readonly path: string; readonly place: Place } | undefined;
  stapling: { readonly path: string; readonly place: Place } | undefined;
}

class LighttpdFinder {
  readonly #tree: Tree;
  readonly #findings = new Findings();
  readonly #blocks: Block[] = [{ pemfile: undefined, stapling: undefined }];
  #files = 0;
  #depth = 0;
  #address: string | undefined;

  constructor(tree: Tree) {
    this.#tree = tree;
  }

  found(): FoundServer {
    this.#read(FILE);
    this.#close();
    const address = this.#address === undefined ? {} : { address: this.#address };
    return this.#findings.found('lighttpd', FILE, { type: 'lighttpd', dir: DIR, ...address });
  }

  #read(file: string): void {
    const text = this.#tree.text(file);
    if (text === undefined || ++this.#files > MAX_FILES || this.#depth === MAX_DEPTH) {
      this.#findings.skip(
        { file, line: 0 },
        text === undefined ? this.#tree.whyNot(file) : 'included too often',
      );
      return;
    }
    const tokens = tokensOf(text);
    const depth = this.#blocks.length;
    this.#depth++;
    for (const [i, token] of tokens.entries()) this.#token(token, tokens.slice(i + 1, i + 6), file);
    this.#depth--;
    if (this.#blocks.length === depth) return;
    this.#findings.skip({ file, line: 0 }, 'a brace has no counterpart');
    while (this.#blocks.length > depth) this.#close();
  }

  #token({ line, text }: Token, next: readonly Token[], file: string): void {
    const place = { file, line };
    const [first, second, third] = next;
    if (text === '{') this.#blocks.push({ pemfile: undefined, stapling: undefined });
    else if (text === '}' && this.#blocks.length > 1) this.#close();
    else if (text === 'include') this.#include(first?.string, place);
    else if (text === 'include_shell') this.#findings.skip(place, 'what a command prints is not looked at');
    else if (text === '$SERVER') this.#noteAddress(next);
    else if (text === 'ssl.pemfile' || text === 'ssl.stapling-file') {
      if (
        first?.text !== '=' ||
        second?.string === undefined ||
        third?.text === '+' ||
        /\\/.test(second.string)
      )
        this.#findings.skip(place, `${text}: not a plain string`);
      else this.#note(text, second.string, place);
    }
  }

  #note(key: string, path: string, place: Place): void {
    const block = this.#blocks.at(-1);
    if (!block) return;
    if (key === 'ssl.stapling-file') block.stapling = { path, place };
    else {
      block.pemfile = { path, place };
      this.#findings.certificate(path, place);
    }
  }

  /** `$SERVER["socket"] == "0.0.0.0:443"` */
  #noteAddress([, key, , operator, value]: readonly Token[]): void {
    const [, host = '', port] = /^(.*?):(\d*443)$/.exec(value?.string ?? '') ?? [];
    if (key?.string !== 'socket' || operator?.text !== '==' || port === undefined) return;
    this.#address ??= `${/^(?:|0\.0\.0\.0|\[::\])$/.test(host) ? '127.0.0.1' : host}:${port}`;
  }

  #include(target: string | undefined, place: Place): void {
    if (target === undefined) {
      this.#findings.skip(place, 'include: not a plain string');
      return;
    }
    const path = isAbsolute(target) ? target : join(dirname(FILE), target);
    if (!isPattern(path) && !this.#tree.isFile(path))
      this.#findings.skip(place, `include ${path}: ${this.#tree.whyNot(path)}`);
    for (const file of this.#tree.matches(path)) this.#read(file);
  }

  /** A block is over: now it is known whether it names a staple. */
  #close(): void {
    const { pemfile, stapling } = this.#blocks.pop() ?? {};
    if (!pemfile) return;
    const file = outputPath(pemfile.path, DIR);
    if (!this.#findings.claims(file, pemfile.path, pemfile.place) || stapling?.path === file) return;
    const place = stapling?.place ?? pemfile.place;
    const present = this.#tree.text(place.file)?.split('\n')[place.line - 1];
    const option = `ssl.stapling-file = "${file}"`;
    const line = indentOf(present) + option;
    if (/["\\]/.test(file)) this.#findings.skip(place, `${file}: cannot be written between quotes`);
    else if (!ALONE.test(present ?? ''))
      this.#findings.remark(place, `have ${option} here, within the same braces`);
    else if (stapling) this.#findings.replace(place, line);
    else this.#findings.insert(place, line);
  }
}

function tokensOf(text: string): readonly Token[] {
  const tokens: Token[] = [];
  let line = 1;
  for (const [whole, string] of text.matchAll(TOKEN)) {
    if (!whole.startsWith('#') && whole !== '\n') tokens.push({ text: whole, string, line });
    line += whole.split('\n').length - 1;
  }
  return tokens;
}
