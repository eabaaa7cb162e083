/** The start of a body, for a message: enough to recognise a login page or the error page of a CDN. */
import { printable } from '../text.ts';

const MAX_CHARACTERS = 60;
/** What is looked at: a page may begin with a screen of white space. */
const HEAD_BYTES = 512;
const HEX_BYTES = 16;

/** The first characters of text in quotes, white space run together; of anything else the first bytes in hex. */
export function snippet(body: Buffer): string {
  const head = body.subarray(0, HEAD_BYTES);
  const text = textOf(head);
  if (text === undefined) {
    return `bytes ${body.toString('hex', 0, HEX_BYTES)}${body.length > HEX_BYTES ? '…' : ''}`;
  }
  const characters = Array.from(text.replaceAll(/\s+/g, ' ').trim());
  const cut = body.length > head.length || characters.length > MAX_CHARACTERS;
  return `"${printable(characters.slice(0, MAX_CHARACTERS).join(''))}${cut ? '…' : ''}"`;
}

/** UTF-8 that is not mostly control characters, as short DER is; its last character may be cut. */
function textOf(head: Buffer): string | undefined {
  try {
    const text = new TextDecoder('utf-8', { fatal: true }).decode(head, { stream: true });
    const controls = text.match(/[^\P{Cc}\s]/gu)?.length ?? 0;
    return controls * 10 > text.length ? undefined : text;
  } catch {
    return undefined;
  }
}
