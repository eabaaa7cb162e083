/** HAProxy: certificates of `bind … crt`, of crt-lists, of crt-stores, and of directories; its runtime socket. */
import { isAbsolute, join } from 'node:path';
import { Findings, type FoundServer, type Place } from './found.ts';
import type { Tree } from './tree.ts';
import { wordsOf } from './words.ts';

const FILE = '/etc/haproxy/haproxy.cfg';
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
  const text = tree.text(FILE);
  if (text === undefined) return tree.isFile(FILE) ? [unreadable()] : [];
  return [new HaproxyFinder(tree, text).found()];
}

function unreadable(): FoundServer {
  const findings = new Findings();
  findings.skip({ file: FILE, line: 0 }, 'cannot be read');
  return findings.found('haproxy', FILE);
}

class HaproxyFinder {
  readonly #tree: Tree;
  readonly #text: string;
  readonly #findings = new Findings();
  #base = '';
  #storeBase = '';
  #section = '';
  #socket: string | undefined;
  #address: string | undefined;
  #globalLine: number | undefined;

  constructor(tree: Tree, text: string) {
    this.#tree = tree;
    this.#text = text;
  }

  found(): FoundServer {
    for (const [i, text] of this.#text.split('\n').entries()) this.#line(text, { file: FILE, line: i + 1 });
    if (this.#socket === undefined) this.#addSocket();
    return this.#findings.found('haproxy', FILE, {
      type: 'haproxy',
      socket: this.#socket ?? SOCKET,
      ...(this.#address !== undefined && { address: this.#address }),
    });
  }

  #line(text: string, place: Place): void {
    const words = wordsOf(text);
    if (!words) {
      this.#findings.skip(place, 'a quote that is not closed');
      return;
    }
    const [first, ...rest] = words;
    if (SECTIONS.has(first)) {
      this.#section = first ?? '';
      this.#storeBase = '';
      if (first === 'global') this.#globalLine ??= place.line;
    } else if (first === 'crt-base') {
      if (this.#section === 'crt-store') this.#storeBase = rest[0] ?? '';
      else this.#base = rest[0] ?? '';
    } else if (first === 'stats' && rest[0] === 'socket') this.#noteSocket(rest[1] ?? '');
    else if (first === 'bind') this.#bind(rest, place);
    else if (first === 'load' && this.#section === 'crt-store') this.#load(rest, place);
  }

  #noteSocket(path: string): void {
    if (path.startsWith('/')) this.#socket ??= path;
  }

  #bind(words: readonly string[], place: Place): void {
    for (const [i, word] of words.entries()) {
      const value = words[i + 1];
      if (value === undefined) continue;
      if (word === 'crt') this.#crt(value, place);
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
      const reason = isAbsolute(file) ? 'cannot be read' : 'is not absolute';
      this.#findings.skip(place, `crt-list ${file} ${reason}`);
      return;
    }
    for (const [i, line] of text.split('\n').entries()) {
      const at = { file, line: i + 1 };
      const [crt] = wordsOf(line) ?? [];
      if (crt !== undefined) this.#crt(crt, at);
      if (/\[[^\]]*\bocsp-update\s+on\b/.test(line)) this.#updates(at);
    }
  }

  #addSocket(): void {
    if (this.#globalLine === undefined) return;
    const place = { file: FILE, line: this.#globalLine };
    this.#findings.insert(place, `    stats socket ${SOCKET} mode 600 level user`);
  }
}

function addressOf(text: string, port: string): string {
  const host = text.slice(0, -port.length - 1);
  return `${/^(?:|\*|0\.0\.0\.0|\[::\])$/.test(host) ? '127.0.0.1' : host}:${port}`;
}
