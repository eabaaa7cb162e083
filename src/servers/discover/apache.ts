/** Apache: the certificates of its virtual hosts. It takes no staple from a file, and asks the relay. */
import { isAbsolute, join } from 'node:path';
import { ApacheHosts } from './apache-hosts.ts';
import { Findings, type FoundServer, type Place, RELAY } from './found.ts';
import { isPattern } from './pattern.ts';
import type { Tree } from './tree.ts';
import { type Line, joinedLines } from './words.ts';

const FILES = ['/etc/apache2/apache2.conf', '/etc/httpd/conf/httpd.conf', '/etc/apache2/httpd.conf'];
/** A host of many sites has a file for each. */
const MAX_FILES = 50_000;
const MAX_DEPTH = 8;
/** Without it no directive of TLS is taken, so a certificate within has it. */
const MOD_SSL: ReadonlySet<string> = new Set(['ssl_module', 'mod_ssl.c']);

/** A section that holds or not, as only the Apache that runs knows. */
interface Condition {
  readonly text: string;
  readonly place: Place;
}

export function findApache(tree: Tree): readonly FoundServer[] {
  const file = FILES.find((one) => tree.isFile(one));
  return file === undefined ? [] : [new ApacheFinder(tree, file).found()];
}

class ApacheFinder {
  readonly #tree: Tree;
  readonly #file: string;
  readonly #findings = new Findings();
  readonly #hosts = new ApacheHosts(this.#findings);
  readonly #defined = new Map<string, string>();
  /** Those that are open; `undefined` for one that holds. */
  readonly #conditions: (Condition | undefined)[] = [];
  #root: string;
  #files = 0;

  constructor(tree: Tree, file: string) {
    this.#tree = tree;
    this.#file = file;
    this.#root = file.startsWith('/etc/httpd/') ? '/etc/httpd' : '/etc/apache2';
  }

  found(): FoundServer {
    this.#read(this.#file, 0);
    if (this.#findings.certificates.length > 0)
      this.#findings.remark(
        { file: this.#file, line: 0 },
        `Apache takes no staple from a file: it asks the relay, and staples nothing while none answers at ${RELAY}`,
      );
    this.#hosts.addEdits();
    return this.#findings.found('apache', this.#file);
  }

  #read(file: string, depth: number): void {
    const text = this.#tree.text(file);
    if (text === undefined || ++this.#files > MAX_FILES || depth > MAX_DEPTH) {
      this.#findings.skip(
        { file, line: 0 },
        text === undefined ? this.#tree.whyNot(file) : 'one file too many',
      );
      return;
    }
    for (const line of joinedLines(text)) this.#line(line, { file, line: line.line }, depth);
  }

  #line({ lastLine, text }: Line, place: Place, depth: number): void {
    const [word = '', ...args] = wordsOf(text);
    const [first = ''] = args;
    const name = word.toLowerCase();
    if (/^<\/?if/.test(name)) this.#condition(name, first.replace(/>$/, ''), place);
    this.#hosts.line(name, first, { place, lastLine, text });
    switch (name) {
      case 'serverroot':
        this.#root = first;
        return;
      case 'define':
        this.#defined.set(first, args[1] ?? '');
        return;
      case 'include':
      case 'includeoptional':
        this.#include(first, place, depth, name === 'include');
        return;
      case 'mdomain':
      case '<mdomainset':
        this.#findings.remark(place, 'mod_md fetches its certificates, and staples them with MDStapling on');
        return;
      case 'mdcertificatefile':
      case 'sslcertificatefile': {
        const path = this.#path(first, place);
        if (path !== undefined) this.#findings.certificate(path, place);
        for (const one of this.#conditions)
          if (one) this.#findings.remark(one.place, `${one.text}: not evaluated; what is within is read`);
        return;
      }
    }
  }

  #condition(name: string, asked: string, place: Place): void {
    if (name.startsWith('</')) this.#conditions.pop();
    else {
      const holds =
        (name === '<ifmodule' && MOD_SSL.has(asked)) || (name === '<ifdefine' && this.#defined.has(asked));
      this.#conditions.push(holds ? undefined : { text: `${name} ${asked}>`, place });
    }
  }

  #include(target: string, place: Place, depth: number, isNeeded: boolean): void {
    const path = this.#path(target, place);
    if (path === undefined) return;
    const directory = this.#tree.isDirectory(path);
    const files = directory ? this.#filesBelow(path, depth) : this.#tree.matches(path);
    for (const file of files) this.#read(file, depth + 1);
    if (files.length === 0 && isNeeded && !directory && !isPattern(path))
      this.#findings.skip(place, `Include ${path}: ${this.#tree.whyNot(path)}`);
  }

  /** Of a directory Apache takes all, and what is in directories below it. */
  #filesBelow(directory: string, depth: number): readonly string[] {
    if (depth > MAX_DEPTH) return [];
    return this.#tree.names(directory).flatMap((name) => {
      const path = join(directory, name);
      if (this.#tree.isDirectory(path)) return this.#filesBelow(path, depth + 1);
      return this.#tree.isFile(path) ? [path] : [];
    });
  }

  /** `undefined`, and said, for one with a variable that the configuration does not define. */
  #path(value: string, place: Place): string | undefined {
    const path = value.replaceAll(/\$\{(\w+)\}/g, (whole, name: string) => this.#defined.get(name) ?? whole);
    if (/[$%]/.test(path)) {
      this.#findings.skip(place, `${value}: a variable that is not known here`);
      return undefined;
    }
    if (/^\w+:/.test(path) || path === '') {
      this.#findings.skip(place, `${value}: not the name of a file`);
      return undefined;
    }
    return isAbsolute(path) ? path : join(this.#root, path);
  }
}

/** `#` begins a comment at the beginning of a line alone, and `\` takes away the meaning of a quote or of itself. */
function wordsOf(line: string): readonly string[] {
  if (/^\s*#/.test(line)) return [];
  return [...line.matchAll(/(["'])((?:\\.|(?!\1).)*)(?:\1|$)|[^\s]+/g)].map(([whole, quote, quoted = '']) =>
    quote === undefined ? whole : quoted.replaceAll(/\\(["'\\])/g, '$1'),
  );
}
