/**
 * Text that came from outside, made safe to print.
 *
 * Names in certificates, file names and header values are chosen by strangers. Left as they are, control characters
 * repaint a terminal or split a log line, and Unicode's direction marks make a name read as another one.
 */
const UNPRINTABLE = /[\p{Cc}\p{Cf}\p{Zl}\p{Zp}\p{Cs}]/gu;
/** Most text is this. */
const PRINTABLE_ASCII = /^[ -~]*$/;

/** `text` with every control, format, line-separator and lone-surrogate character as `\u{…}`. */
export function printable(text: string): string {
  if (PRINTABLE_ASCII.test(text)) return text;
  return text.replace(UNPRINTABLE, (c) => `\\u{${(c.codePointAt(0) ?? 0).toString(16)}}`);
}

/** Bytes as upper-case hex, as openssl prints serial numbers. */
export function hex(bytes: Uint8Array): string {
  return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).toString('hex').toUpperCase();
}

/** Bytes as a Buffer over the same memory. */
export function asBuffer(bytes: Uint8Array): Buffer {
  return Buffer.isBuffer(bytes) ? bytes : Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
