/** The character strings of ASN.1 as text; `undefined` for another type or octets that are no such text. */
import { TAG } from '../der/tags.ts';

const utf8 = new TextDecoder('utf-8', { fatal: true, ignoreBOM: true });

export function stringValue(tag: number, octets: Buffer): string | undefined {
  switch (tag) {
    case TAG.utf8String:
      try {
        return utf8.decode(octets);
      } catch {
        return undefined;
      }
    case TAG.printableString:
    case TAG.ia5String:
    case TAG.numericString:
    case TAG.visibleString:
    case TAG.teletexString:
      return octets.toString('latin1');
    case TAG.bmpString:
      return octets.length % 2 === 0 ? Buffer.from(octets).swap16().toString('utf16le') : undefined;
    case TAG.universalString:
      return universal(octets);
    default:
      return undefined;
  }
}

function universal(octets: Buffer): string | undefined {
  if (octets.length % 4 !== 0) return undefined;
  let text = '';
  for (let at = 0; at < octets.length; at += 4) {
    const point = octets.readUInt32BE(at);
    if (point > 0x10ffff) return undefined;
    text += String.fromCodePoint(point);
  }
  return text;
}
