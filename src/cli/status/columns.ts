/** Text in the columns of a terminal. */

/** East Asian Wide and Fullwidth of UAX #11, by their blocks, and what is shown as an emoji. */
const WIDE =
  /[\u1100-\u115F\u2E80-\u303E\u3041-\uA4CF\uAC00-\uD7A3\uF900-\uFAFF\uFE30-\uFE6F\uFF00-\uFF60\uFFE0-\uFFE6\u{20000}-\u{3FFFD}]|\p{Emoji_Presentation}/u;
const NO_WIDTH = /[\p{Mn}\p{Me}]/u;
const ASCII = /^[\x20-\x7e]*$/;

/** Of text without control characters. */
export function widthOf(text: string): number {
  if (ASCII.test(text)) return text.length;
  let width = 0;
  for (const character of text) width += characterWidth(character);
  return width;
}

const characterWidth = (character: string): number =>
  NO_WIDTH.test(character) ? 0 : WIDE.test(character) ? 2 : 1;

export function padTo(text: string, width: number): string {
  return text + ' '.repeat(Math.max(0, width - widthOf(text)));
}

/** @param keep what stays when it is too long: its `start`, or its `end`, as of a path. */
export function cutTo(text: string, width: number, keep: 'start' | 'end', dots: string): string {
  if (widthOf(text) <= width) return text;
  const room = width - widthOf(dots);
  const characters = Array.from(text);
  if (keep === 'end') characters.reverse();
  let used = 0;
  const end = characters.findIndex((character) => (used += characterWidth(character)) > room);
  const kept = characters.slice(0, Math.max(0, end));
  if (room < 0) return '';
  return keep === 'start' ? kept.join('') + dots : dots + kept.toReversed().join('');
}
