/** From YAML's nodes to values that know where they stand; says what is legal YAML and yet not what anybody means. */
import { type LineCounter, type Pair, type ParsedNode, isAlias, isMap, isScalar, isSeq } from 'yaml';
import type { Item } from './item.ts';
import { type Fault, type Path, quoted } from './problem.ts';

/** Values that aliases may unfold to. By hand nobody writes so many; ten lines can make billions. */
const MAX_ALIASED = 10_000;

type ParsedPair = Pair<ParsedNode, ParsedNode | null>;

export function readItems(
  contents: ParsedNode,
  lines: LineCounter,
): { readonly root: Item; readonly faults: readonly Fault[] } {
  const reader = new ItemReader(lines);
  const root = reader.read(contents, []);
  return { root, faults: reader.faults };
}

class ItemReader {
  readonly faults: Fault[] = [];
  readonly #lines: LineCounter;
  readonly #anchors = new Map<string, ParsedNode>();
  /** Anchored nodes that are being read: an alias to one of them would never end. */
  readonly #open = new Set<ParsedNode>();
  #aliased = 0;
  #aliasDepth = 0;

  constructor(lines: LineCounter) {
    this.#lines = lines;
  }

  read(node: ParsedNode, path: Path, keyOffset?: number): Item {
    if (this.#aliasDepth > 0) this.#aliased += 1;
    if (isAlias(node)) return this.#alias(node.source, node.range[0], path, keyOffset);
    if (node.anchor !== undefined) this.#anchors.set(node.anchor, node);
    const place = { offset: node.range[0], keyOffset, isSpoiled: false, source: undefined };
    if (isScalar(node)) return this.#scalar(node.value, node.source ?? '', path, place);
    this.#open.add(node);
    const children = isSeq(node) ? this.#list(node.items, path) : this.#mapping(node, path);
    this.#open.delete(node);
    const value = isSeq(node)
      ? Array.from(children.values(), (child) => child.value)
      : Object.fromEntries(Array.from(children, ([key, child]) => [key, child.value]));
    return { ...place, value, children };
  }

  #list(items: readonly unknown[], path: Path): ReadonlyMap<string, Item> {
    const nodes = items.filter(isNode);
    return new Map(nodes.map((item, i) => [String(i), this.read(item, [...path, i])]));
  }

  #mapping(node: ParsedNode, path: Path): ReadonlyMap<string, Item> {
    const children = new Map<string, Item>();
    const pairs: readonly ParsedPair[] = isMap<ParsedNode, ParsedNode | null>(node) ? node.items : [];
    for (const { key, value } of pairs) {
      // A key that is no scalar is a fault of the syntax already.
      if (!isScalar(key)) continue;
      const name = String(key.value);
      const [offset] = key.range;
      if (name === '__proto__') {
        // zod passes over it in silence.
        this.#tell(offset, [...path, name], 'unknown key');
        continue;
      }
      const first = children.get(name);
      if (first?.keyOffset !== undefined) {
        const { line } = this.#lines.linePos(first.keyOffset);
        this.#tell(offset, [...path, name], `is there twice, first in line ${line}`);
      }
      const item = value
        ? this.read(value, [...path, name], offset)
        : { ...NOTHING, offset, keyOffset: offset };
      children.set(name, item);
    }
    return children;
  }

  #scalar(value: unknown, source: string, path: Path, place: Omit<Item, 'value' | 'children'>): Item {
    const item = { ...place, value, source, children: NOTHING.children };
    // What is not there stands nowhere: its key does.
    if (source === '' && value === null) return { ...item, offset: place.keyOffset ?? place.offset };
    if (typeof value !== 'number' || /^-?(?:0|[1-9]\d*)(?:\.\d+)?$/.test(source)) return item;
    this.#tell(place.offset, path, `expected a plain decimal number, found ${quoted(source)}`, {
      hint: `YAML 1.2 reads ${value} in it, older readers something else; as text put it in quotes`,
    });
    return { ...item, isSpoiled: true };
  }

  #alias(name: string, offset: number, path: Path, keyOffset: number | undefined): Item {
    const spoiled: Item = { ...NOTHING, offset, keyOffset, isSpoiled: true };
    const node = this.#anchors.get(name);
    if (!node) {
      const hint = `a value that begins with * needs quotes: '*${quoted(name)}'`;
      this.#tell(
        offset,
        path,
        `*${quoted(name)} is an alias of YAML, and no &${quoted(name)} stands before it`,
        {
          hint,
        },
      );
      return spoiled;
    }
    if (this.#open.has(node)) {
      this.#tell(offset, path, `*${quoted(name)} stands within itself`);
      return spoiled;
    }
    if (this.#aliased > MAX_ALIASED) {
      const isTold = this.faults.some(({ message }) => message === TOO_MANY);
      if (!isTold) this.#tell(offset, path, TOO_MANY);
      return spoiled;
    }
    this.#aliasDepth += 1;
    const item = this.read(node, path, keyOffset);
    this.#aliasDepth -= 1;
    return item;
  }

  #tell(offset: number, path: Path, message: string, more: { readonly hint?: string } = {}): void {
    this.faults.push({ offset, path, message, ...more });
  }
}

const TOO_MANY = `aliases unfold to more than ${MAX_ALIASED} values`;

const NOTHING: Omit<Item, 'offset'> = {
  value: null,
  source: '',
  keyOffset: undefined,
  children: new Map(),
  isSpoiled: false,
};

const isNode = (item: unknown): item is ParsedNode =>
  isScalar(item) || isAlias(item) || isMap(item) || isSeq(item);
