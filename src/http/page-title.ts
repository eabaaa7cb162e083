/** The title of a page for people: the one line in which a login, block or error page says what it is. */
import { printable } from '../text.ts';

/** A title stands at the head of a page; what comes later is not looked at, however large the page. */
const HEAD_BYTES = 8 * 1024;
const MAX_CHARACTERS = 80;

const ENTITIES: Readonly<Record<string, string>> = {
  '&amp;': '&',
  '&lt;': '<',
  '&gt;': '>',
  '&quot;': '"',
  '&#39;': "'",
  '&nbsp;': ' ',
};

/** In one line, cut and safe to print; `undefined` where the body has none. */
export function pageTitle(body: Buffer): string | undefined {
  const [, raw] = /<title\b[^<>]{0,200}>([^<]{1,1000})/i.exec(headText(body)) ?? [];
  if (raw === undefined) return undefined;
  const text = raw.replaceAll(/&(?:amp|lt|gt|quot|#39|nbsp);/g, (entity) => ENTITIES[entity] ?? entity);
  const characters = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  if (characters.length === 0) return undefined;
  const cut = characters.length > MAX_CHARACTERS ? '…' : '';
  return `${printable(characters.slice(0, MAX_CHARACTERS).join(''))}${cut}`;
}

/** The start of a body as text, for a look at what it says. */
export function headText(body: Buffer): string {
  return body.toString('utf8', 0, HEAD_BYTES);
}

/** A body that a browser would show as a page, by its type or by how it begins. */
export function isPage(body: Buffer, contentType: string | undefined): boolean {
  if (/^\s*(?:text\/html|application\/xhtml\+xml)\b/i.test(contentType ?? '')) return true;
  return /^\s*<(?:!doctype html|html|head)\b/i.test(headText(body.subarray(0, 512)));
}
