/** A result as one JSON document. */
import type { Io } from './io.ts';

/** What a terminal would act upon, but the line breaks between values; JSON itself escapes only what is below U+0020. */
const UNPRINTABLE = /[^\P{Cc}\n]|[\p{Cf}\p{Zl}\p{Zp}]/gu;

export function printJson(io: Io, value: unknown): void {
  io.out(`${jsonText(value)}\n`);
}

/**
 * The same with one more key that holds `entries`, each printed by itself: of a million together the text is longer than
 * a string may be.
 */
export function printJsonList(io: Io, value: object, key: string, entries: Iterable<object>): void {
  const head = jsonText(value).replace(/\n\}$/, '');
  io.out(`${head},\n  ${JSON.stringify(key)}: [`);
  let isFirst = true;
  for (const entry of entries) {
    const text = jsonText(entry).replaceAll('\n', '\n    ');
    io.out(`${isFirst ? '' : ','}\n    ${text}`);
    isFirst = false;
  }
  io.out(`${isFirst ? '' : '\n  '}]\n}\n`);
}

const jsonText = (value: unknown): string => JSON.stringify(value, null, 2).replaceAll(UNPRINTABLE, escaped);

/** By UTF-16 code units, as JSON spells characters: whoever parses it gets the very text. */
function escaped(character: string): string {
  let text = '';
  for (let i = 0; i < character.length; i++) {
    text += `\\u${character.charCodeAt(i).toString(16).padStart(4, '0')}`;
  }
  return text;
}
