/** nginx and Angie: certificates of `server {}` blocks, and the snippets to include in them. */
import { dirname, isAbsolute, join } from 'node:path';
import { outputPath } from '../../subject/output-path.ts';
import { snippetPath } from '../nginx.ts';
import { Findings, type FoundServer, STAPLES, indentOf } from './found.ts';
import { type Directive, type NginxFile, parseNginx } from './nginx-syntax.ts';
import { isPattern } from './pattern.ts';
import type { Tree } from './tree.ts';

/** A file that includes itself goes on for ever, and one that does so twice for longer. */
const MAX_DEPTH = 20;
const MAX_FILES = 50_000;
/** Blocks that certificates are looked for in. */
const BLOCKS: ReadonlySet<string> = new Set(['http', 'stream', 'mail', 'server']);

const STAPLING: ReadonlySet<string> = new Set(['ssl_stapling', 'ssl_stapling_file']);

export function findNginx(tree: Tree): readonly FoundServer[] {
  return (['nginx', 'angie'] as const).flatMap((type) => {
    const file = `/etc/${type}/${type}.conf`;
    return tree.isFile(file) ? [new NginxFinder(tree, file, type).found()] : [];
  });
}

/** A server with one certificate, and where its include goes. */
interface Single {
  readonly block: readonly Directive[];
  readonly head: Directive;
  readonly own: Directive | undefined;
  readonly certificate: string;
  readonly within: string;
}

const keyOf = ({ file, line }: Directive['place']): string => `${file}:${line}`;

class NginxFinder {
  readonly #tree: Tree;
  readonly #file: string;
  readonly #type: 'nginx' | 'angie';
  readonly #findings = new Findings();
  readonly #lines = new Map<string, readonly string[]>();
  readonly #parsed = new Map<string, NginxFile>();
  readonly #singles: Single[] = [];
  /** Where the directives stand of servers that can have no include: others may share them by a snippet. */
  readonly #untouchable = new Set<string>();
  #files = 0;
  #address: string | undefined;

  constructor(tree: Tree, file: string, type: 'nginx' | 'angie') {
    this.#tree = tree;
    this.#file = file;
    this.#type = type;
  }

  found(): FoundServer {
    this.#walk(this.#load(this.#file, 0), [], '', 0);
    for (const one of this.#singles) this.#edit(one);
    const angie = { check: ['/usr/sbin/angie', '-t', '-q'], reload: ['/usr/sbin/angie', '-s', 'reload'] };
    return this.#findings.found(this.#type, this.#file, {
      type: 'nginx',
      dir: this.#dir(),
      ...(this.#type === 'angie' && angie),
      ...(this.#address !== undefined && { address: this.#address }),
    });
  }

  #dir(): string {
    return join(STAPLES, this.#type);
  }

  /** A file's directives, with those of its includes in their place. */
  #load(file: string, depth: number): readonly Directive[] {
    if (depth > MAX_DEPTH || ++this.#files > MAX_FILES) {
      this.#findings.skip({ file, line: 0 }, 'included too often');
      return [];
    }
    const { broken, directives } = this.#parse(file);
    if (broken)
      this.#findings.skip(
        { file, line: broken.line },
        broken.line === 0 ? broken.text : `${broken.text}; what follows is not looked at`,
      );
    return this.#unfolded(directives, depth);
  }

  /** A snippet that every site includes is read once. */
  #parse(file: string): NginxFile {
    const known = this.#parsed.get(file);
    if (known) return known;
    const text = this.#tree.text(file);
    const parsed: NginxFile =
      text === undefined
        ? { directives: [], broken: { line: 0, text: this.#tree.whyNot(file) } }
        : parseNginx(file, text);
    this.#lines.set(file, text?.split('\n') ?? []);
    this.#parsed.set(file, parsed);
    return parsed;
  }

  #unfolded(directives: readonly Directive[], depth: number): readonly Directive[] {
    return directives.flatMap((one) => {
      const [target = ''] = one.args;
      if (one.name !== 'include' || one.block) return [one];
      // A snippet of restaple holds what is to be added.
      if (target.startsWith(`${this.#dir()}/`)) return [one];
      const path = this.#located(target);
      const files = isPattern(path) ? this.#tree.matches(path) : [path];
      return files.flatMap((file) => {
        if (this.#tree.isFile(file)) return this.#load(file, depth + 1);
        this.#findings.skip(one.place, `include ${target}: ${this.#tree.whyNot(file)}`);
        return [];
      });
    });
  }

  /** What is not absolute begins where the main file is. */
  #located(path: string): string {
    return isAbsolute(path) ? path : join(dirname(this.#file), path);
  }

  /** @param within `http`, `stream` or `mail`, below it. */
  #walk(
    directives: readonly Directive[],
    inherited: readonly Directive[],
    within: string,
    depth: number,
  ): void {
    const named = directives.filter(({ name }) => name === 'ssl_certificate');
    const own = named.length > 0 ? named : inherited;
    for (const one of directives) {
      const { block, name } = one;
      if (!block || depth > MAX_DEPTH || !BLOCKS.has(name)) continue;
      const inner = this.#unfolded(block, depth + 1);
      if (name === 'server') this.#server(inner, own, one, within);
      else this.#walk(inner, own, name, depth + 1);
    }
  }

  #server(
    block: readonly Directive[],
    inherited: readonly Directive[],
    head: Directive,
    within: string,
  ): void {
    const findings = this.#findings;
    const own = block.filter(({ name }) => name === 'ssl_certificate');
    const used = own.length > 0 ? own : inherited;
    const certificates = used.filter((one) => this.#isFileName(one));
    for (const { args, place } of certificates) findings.certificate(this.#located(args[0] ?? ''), place);
    const [first] = certificates;
    if (used.length > 1 || certificates.length < used.length || within === 'mail')
      for (const { name, place } of block)
        if (name === 'ssl_certificate' || STAPLING.has(name)) this.#untouchable.add(keyOf(place));
    if (!first || certificates.length < used.length) return;
    if (within === 'mail') {
      findings.remark(first.place, 'nginx does not staple in mail {}');
      return;
    }
    this.#noteAddress(block);
    if (certificates.length > 1) {
      findings.remark(
        { ...first.place, line: own[0] ? first.headLine : head.headLine },
        'several certificates, and one staple file for all of them: only its own fetching, or the relay, can serve these',
      );
      return;
    }
    const certificate = this.#located(first.args[0] ?? '');
    this.#singles.push({ block, head, own: own[0], certificate, within });
  }

  #edit({ block, certificate, head, own, within }: Single): void {
    // In a snippet that is shared with a server of two certificates, an include would reach that server, too.
    const after = own && !this.#untouchable.has(keyOf(own.place)) ? own : head;
    const place = { ...after.place, line: after.headLine };
    const kept = block.find(({ name, place: at }) => STAPLING.has(name) && this.#untouchable.has(keyOf(at)));
    if (kept) {
      const text = `${kept.name} is shared with a server that can have no include, so the one with ${certificate} gets none either`;
      this.#findings.remark(kept.place, text);
      return;
    }
    const staple = outputPath(certificate, this.#dir());
    if (!this.#findings.claims(staple, certificate, place)) return;
    const include = snippetPath(staple);
    if (block.some(({ name, args }) => name === 'include' && args[0]?.startsWith(include.slice(0, -1))))
      return;
    // eslint-disable-next-line no-control-regex
    if (isPattern(include) || /["\\$\u0000-\u001F\u007F]/.test(include)) {
      this.#findings.skip(place, `${certificate}: its name would mean something else in an include`);
      return;
    }
    const indent = indentOf(this.#line(place)) + (after.block ? '    ' : '');
    // A pattern that nothing matches is no error to nginx; the file comes with the first staple.
    const target = `${include.slice(0, -1)}[f]`;
    const line = `include ${/[\s;{}'#]/.test(target) ? `"${target}"` : target};`;
    if (within === 'stream') {
      this.#findings.remark(
        place,
        `nginx staples in stream {} from 1.27.2 on: add ${line} here, if yours is not older`,
      );
      return;
    }
    // What comes after the line would stand outside of a block that ends on it.
    if (!/^\s*(?:#|$)/.test((this.#line(place) ?? '').slice(after.headColumn))) {
      const gone = block.filter(({ name }) => STAPLING.has(name)).map(({ name }) => ` and take ${name} away`);
      this.#findings.remark(place, `add ${line} within this server {}${gone.join('')}`);
      return;
    }
    this.#findings.insert(place, indent + line);
    for (const one of block) {
      if (!STAPLING.has(one.name)) continue;
      if (isAlone(this.#line(one.place) ?? '', one)) this.#findings.replace(one.place);
      else this.#findings.remark(one.place, `take ${one.name} away: the included file has it, too`);
    }
  }

  #line({ file, line }: Directive['place']): string | undefined {
    return this.#lines.get(file)?.[line - 1];
  }

  #isFileName({ args, place }: Directive): boolean {
    const [value = ''] = args;
    if (value !== '' && !value.includes('$') && !/^(?:data|engine|store):/.test(value)) return true;
    this.#findings.skip(place, `ssl_certificate ${value}: not the name of a file`);
    return false;
  }

  #noteAddress(block: readonly Directive[]): void {
    for (const { args, name } of block) {
      if (name !== 'listen' || !args.includes('ssl')) continue;
      const [, host = '', port] = /^(?:(\[[^\]]+\]|[^:]*):)?(\d+)$/.exec(args[0] ?? '') ?? [];
      if (port === undefined) continue;
      const isAny = host === '' || host === '*' || host === '0.0.0.0' || host === '[::]';
      this.#address ??= `${isAny ? '127.0.0.1' : host}:${port}`;
    }
  }
}

/** Nothing else stands on its line. */
function isAlone(line: string, { headLine, name, place }: Directive): boolean {
  return headLine === place.line && new RegExp(String.raw`^\s*${name}\s[^;]*;\s*(?:#.*)?$`).test(line);
}
