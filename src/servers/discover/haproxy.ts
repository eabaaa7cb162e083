/** HAProxy: certificates of `bind … crt`, of crt-lists, of crt-stores, and of directories; its runtime socket. */
import { isAbsolute, join } from 'node:path';
import { Findings, type FoundServer, type Place } from './found.ts';
import { haproxyFiles } from './haproxy-files.ts';
import type { Tree } from './tree.ts';
import { wordsOf } from './words.ts';

/** Of restaple's own: the least level is enough for staples. */
const SOCKET = '/run/haproxy/restaple.sock';

const SECTIONS: ReadonlySet<string | undefined> = new Set([
  'global',
  'defaults',
  'frontend',
  'backend',
  'listen',
  'peers',
  'resolvers',
  'mailers',
  'userlist',
  'cache',
  'program',
  'ring',
  'http-errors',
  'fcgi-app',
  'log-forward',
  'crt-store',
  'traces',
  'acme',
]);
/** What lies beside certificates (`ssl-load-extra-files`); a directory is loaded without it. */
const BESIDE = /\.(?:ocsp|issuer|key|sctl|dh)$/;
/** A pair of keys is one certificate to a server, and two files to HAProxy. */
const BUNDLE = ['.rsa', '.ecdsa', '.dsa'];

export function findHaproxy(tree: Tree): readonly FoundServer[] {
  const files = haproxyFiles(tree);
  const [main] = files;
  return main === undefined ? [] : [new HaproxyFinder(tree, files).found(main)];
}

class HaproxyFinder {
  readonly #tree: Tree;
  readonly #files: readonly string[];
  readonly #findings = new Findings();
  #base = '';
  #storeBase = '';
  #section = '';
  #socket: string | undefined;
  #address: string | undefined;
  #global: Place | undefined;
  /** Of the `.if` that are open. */
  #conditions = 0;

  constructor(tree: Tree, files: readonly string[]) {
    this.#tree = tree;
    this.#files = files;
  }

  found(main: string): FoundServer {
    for (const file of this.#files) this.#read(file);
    if (this.#socket === undefined && this.#findings.certificates.length > 0) this.#addSocket(main);
    return this.#findings.found('haproxy', main, {
      type: 'haproxy',
      socket: this.#socket ?? SOCKET,
      ...(this.#address !== undefined && { address: this.#address }),
    });
  }

  #read(file: string): void {
    const text = this.#tree.text(file);
    this.#conditions = 0;
    if (text === undefined) this.#findings.skip({ file, line: 0 }, this.#tree.whyNot(file));
    for (const [i, line] of (text ?? '').split('\n').entries()) this.#line(line, { file, line: i + 1 });
  }

  #line(text: string, place: Place): void {
    if (/^\s*\.(?:if|endif)\b/.test(text)) this.#condition(text.trim(), place);
    if (this.#conditions > 0) return;
    const words = wordsOf(text);
    if (!words) {
      this.#findings.skip(place, 'a quote that is not closed');
      return;
    }
    const [first, ...rest] = words;
    if (SECTIONS.has(first)) {
      this.#section = first ?? '';
      this.#storeBase = '';
      if (first === 'global') this.#global ??= place;
    } else if (first === 'crt-base') {
      if (this.#section === 'crt-store') this.#storeBase = rest[0] ?? '';
      else this.#base = rest[0] ?? '';
    } else if (first === 'stats' && rest[0] === 'socket') this.#noteSocket(rest[1] ?? '');
    else if (first === 'bind' || first === 'ssl-f-use') this.#bind(rest, place);
    else if (first === 'ssl-load-extra-del-ext')
      this.#findings.remark(
        place,
        'restaple writes FILE.crt.ocsp; with this option HAProxy looks for FILE.ocsp',
      );
    else if (first === 'ssl-load-extra-files' && !rest.some((word) => word === 'ocsp' || word === 'all'))
      this.#findings.remark(place, 'HAProxy loads no .ocsp files here: add ocsp to this line');
    else if (first === 'load' && this.#section === 'crt-store') this.#load(rest, place);
  }

  /** What it asks is known to the HAProxy that runs, its version and its environment, alone. */
  #condition(text: string, place: Place): void {
    if (text.startsWith('.endif')) this.#conditions = Math.max(0, this.#conditions - 1);
    else if (this.#conditions++ === 0)
      this.#findings.skip(place, '.if: what follows up to its .endif is not looked at');
  }

  #noteSocket(word: string): void {
    const path = word.replace(/^unix@/, '');
    if (path.startsWith('/')) this.#socket ??= path;
  }

  #bind(words: readonly string[], place: Place): void {
    for (const [i, word] of words.entries()) {
      const value = words[i + 1];
      if (value === undefined) continue;
      if (word === 'crt' || word === 'default-crt') this.#crt(value, place);
      if (word === 'crt-list') this.#list(value, place);
      if (word === 'ocsp-update' && value === 'on') this.#updates(place);
    }
    const port = /^(?:[\d.*]*|\[[^\]]*\]|localhost):(\d+)$/.exec(words[0] ?? '');
    if (words.includes('ssl') && port) this.#address ??= addressOf(words[0] ?? '', port[1] ?? '');
  }

  /** Of a crt-store: `load crt FILE key FILE …`. */
  #load(words: readonly string[], place: Place): void {
    const crt = words[words.indexOf('crt') + 1];
    if (words.includes('crt') && crt !== undefined) this.#crt(crt, place, this.#storeBase || this.#base);
    if (words[words.indexOf('ocsp-update') + 1] === 'on') this.#updates(place);
    if (words.includes('ocsp'))
      this.#findings.remark(place, 'take ocsp away: restaple writes the file beside the certificate');
  }

  #updates(place: Place): void {
    this.#findings.remark(
      place,
      'HAProxy fetches by itself here: take "ocsp-update on" away, or it may overwrite what restaple brings',
    );
  }

  #crt(value: string, place: Place, base: string = this.#base): void {
    if (value.startsWith('@')) return;
    if (/[$%]/.test(value)) {
      this.#findings.skip(place, `crt ${value}: not the name of a file`);
      return;
    }
    if (!isAbsolute(value) && !isAbsolute(base)) {
      this.#findings.skip(place, `crt ${value}: not absolute, and no crt-base before it`);
      return;
    }
    const path = isAbsolute(value) ? value : join(base, value);
    if (this.#tree.isDirectory(path)) {
      const names = this.#tree.names(path).filter((name) => !name.startsWith('.') && !BESIDE.test(name));
      for (const name of names)
        if (this.#tree.isFile(join(path, name))) this.#findings.certificate(join(path, name), place);
      return;
    }
    const bundled = BUNDLE.map((end) => path + end).filter((one) => this.#tree.isFile(one));
    for (const one of this.#tree.isFile(path) || bundled.length === 0 ? [path] : bundled)
      this.#findings.certificate(one, place);
  }

  /** A line of a crt-list: `FILE [\[options\]] [filters]`. */
  #list(value: string, place: Place): void {
    const file = value;
    const text = isAbsolute(file) ? this.#tree.text(file) : undefined;
    if (text === undefined) {
      const reason = isAbsolute(file) ? this.#tree.whyNot(file) : 'not absolute';
      this.#findings.skip(place, `crt-list ${file}: ${reason}`);
      return;
    }
    for (const [i, line] of text.split('\n').entries()) {
      const at = { file, line: i + 1 };
      const [crt] = line.trimStart().startsWith('#') ? [] : line.trim().split(/\s+/);
      if (crt !== undefined && crt !== '') this.#crt(crt, at);
      if (/\[[^\]]*\bocsp-update\s+on\b/.test(line)) this.#updates(at);
    }
  }

  #addSocket(main: string): void {
    const line = `    stats socket ${SOCKET} mode 600 level user`;
    if (this.#global) this.#findings.insert(this.#global, line);
    else this.#findings.insert({ file: main, line: 0 }, 'global', line, '');
  }
}

function addressOf(text: string, port: string): string {
  const host = text.slice(0, -port.length - 1);
  return `${/^(?:|\*|0\.0\.0\.0|\[::\])$/.test(host) ? '127.0.0.1' : host}:${port}`;
}
