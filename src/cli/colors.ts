/**
 * Colours for a terminal; the words alone where there is none.
 *
 * By the codes themselves: node:util's `styleText` decides by itself whether it writes any, and the colour libraries
 * look at standard output when they are loaded, which alone takes longer than `inspect` has time for.
 */
type Style = 'bold' | 'dim' | 'red' | 'green' | 'yellow';

export type Colors = Readonly<Record<Style, (text: string) => string>>;

/** Select Graphic Rendition of ECMA-48: switch on, switch off. */
const sgr =
  (on: number, off: number) =>
  (text: string): string =>
    `\u001B[${on}m${text}\u001B[${off}m`;

const plain = (text: string): string => text;

const COLORED: Colors = {
  bold: sgr(1, 22),
  dim: sgr(2, 22),
  red: sgr(31, 39),
  green: sgr(32, 39),
  yellow: sgr(33, 39),
};

const PLAIN: Colors = { bold: plain, dim: plain, red: plain, green: plain, yellow: plain };

export const colors = (enabled: boolean): Colors => (enabled ? COLORED : PLAIN);
