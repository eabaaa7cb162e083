/** A value of a config together with where it stands. */
import type { Path } from './problem.ts';

export interface Item {
  /** As YAML's core schema reads it; mappings are plain objects. */
  readonly value: unknown;
  /** As it is written, where it is a scalar. */
  readonly source: string | undefined;
  readonly offset: number;
  /** Where its key stands, if it has one. */
  readonly keyOffset: number | undefined;
  /** By key, or by index as text. */
  readonly children: ReadonlyMap<string, Item>;
  /** Said to be wrong already: nothing more can be said of it. */
  readonly isSpoiled: boolean;
}

/** The items on the way along `path` as far as they are there, the root first. */
export function itemsAlong(root: Item, path: Path): readonly [Item, ...Item[]] {
  const items: [Item, ...Item[]] = [root];
  let item: Item | undefined = root;
  for (const step of path) {
    item = item.children.get(String(step));
    if (item === undefined) break;
    items.push(item);
  }
  return items;
}

/** `undefined` when nothing is there. */
export function itemAt(root: Item, path: Path): Item | undefined {
  const items = itemsAlong(root, path);
  return items.length === path.length + 1 ? items.at(-1) : undefined;
}
