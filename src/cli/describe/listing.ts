/** A plain listing for a terminal: labels in a column, values in the next, groups indented below their title. */

/** A value of several lines stands below itself. */
export type Row = readonly [label: string, value: string | readonly string[]];

export interface Group {
  readonly title: string;
  readonly items: Listing;
}

export type Listing = readonly (Row | Group)[];

const INDENT = '  ';
/** 32 bytes: a SHA-256 stays on one line, and the longest label still leaves that room on a wide terminal. */
const HEX_LINE = 64;

export function formatListing(listing: Listing, indent: string = INDENT): string {
  const labels = listing.map((item) => ('title' in item ? 0 : item[0].length));
  const width = Math.max(0, ...labels) + 3;
  return listing.map((item) => formatItem(item, indent, width)).join('');
}

function formatItem(item: Row | Group, indent: string, width: number): string {
  if ('title' in item) return `${indent}${item.title}:\n${formatListing(item.items, indent + INDENT)}`;
  const [label, value] = item;
  const [first = '', ...others] = typeof value === 'string' ? [value] : value;
  const margin = indent + ' '.repeat(width);
  const lines = [indent + `${label}:`.padEnd(width) + first, ...others.map((line) => margin + line)];
  return lines.map((line) => `${line.trimEnd()}\n`).join('');
}

/** Hex in lines of 32 bytes. */
export function hexLines(hex: string): readonly string[] {
  return hex.match(new RegExp(`.{1,${HEX_LINE}}`, 'g')) ?? ['(empty)'];
}
