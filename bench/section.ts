import type { Row } from './table.ts';

/** What one bench found. */
export interface Section {
  readonly rows: readonly Row[];
  /** What is no comparison of times, as a table in Markdown of its own. */
  readonly table?: string;
  /** What the figures do and do not say, one sentence or two each; peers that were left out, too. */
  readonly notes: readonly string[];
}

/** A `*.bench.ts`. It asserts no time; it throws when a contender does not do its work. */
export interface BenchModule {
  readonly bench: (parameters: readonly string[]) => Promise<Section>;
}
