/**
 * PEM (RFC 7468) found anywhere in a file: between other text, with CRLF, several blocks in one.
 *
 * Works on bytes, because a file that holds a certificate often holds its private key too: a Buffer can be wiped
 * after the parse, a string cannot. The base64 of a private key is never decoded and never turned into a string.
 */
import { DerError } from '../errors.ts';

/** One block: `label` from its BEGIN line, `line` where that stands (from 1), `der` what it encodes. */
export interface PemBlock {
  readonly label: string;
  readonly line: number;
  readonly der: Buffer;
}

export interface PemFile {
  readonly blocks: readonly PemBlock[];
  /** True when the file also has a private key, which was passed over. */
  readonly hasPrivateKey: boolean;
}

const BEGIN = '-----BEGIN ';
const DASHES = '-----';
/** A label is a few words of printable ASCII (RFC 7468 section 3): it is shown in messages, so nothing else may pass. */
const LABEL = /^[\x20-\x7e]*$/;
const MAX_LABEL = 64;

/** True when the bytes have a PEM BEGIN line. */
export function isPem(bytes: Buffer): boolean {
  return bytes.includes(BEGIN);
}

/**
 * All blocks of a file, in order. A file with a private key in it is wiped, also when it cannot be parsed; what is
 * returned shares no memory with it.
 *
 * @throws DerError `pem-malformed`, with the line, for a block without its END line or with characters that are not base64.
 */
export function parsePem(bytes: Buffer): PemFile {
  try {
    return scan(bytes);
  } finally {
    if (bytes.includes('PRIVATE KEY-----')) bytes.fill(0);
  }
}

function scan(bytes: Buffer): PemFile {
  const blocks: PemBlock[] = [];
  let hasPrivateKey = false;
  let line = 1;
  let counted = 0;
  for (let at = bytes.indexOf(BEGIN); at !== -1; at = bytes.indexOf(BEGIN, at)) {
    for (; counted < at; counted++) if (bytes[counted] === 0x0a) line++;
    const labelStart = at + BEGIN.length;
    const labelEnd = bytes.indexOf(DASHES, labelStart);
    if (labelEnd === -1 || labelEnd - labelStart > MAX_LABEL) {
      throw new DerError('pem-malformed', `line ${line}`, 'BEGIN line is cut short', at);
    }
    const label = bytes.toString('latin1', labelStart, labelEnd);
    if (!LABEL.test(label))
      throw new DerError('pem-malformed', `line ${line}`, 'BEGIN line has no label', at);
    const bodyStart = labelEnd + DASHES.length;
    const end = `-----END ${label}-----`;
    const bodyEnd = bytes.indexOf(end, bodyStart);
    if (bodyEnd === -1) throw new DerError('pem-malformed', `line ${line}`, `${label} has no END line`, at);
    if (label.endsWith('PRIVATE KEY')) hasPrivateKey = true;
    else if (label !== 'EC PARAMETERS' && label !== 'DH PARAMETERS') {
      if (!isBase64(bytes, bodyStart, bodyEnd))
        throw new DerError('pem-malformed', `line ${line}`, `${label} is not base64`, at);
      blocks.push({ label, line, der: Buffer.from(bytes.toString('latin1', bodyStart, bodyEnd), 'base64') });
    }
    at = bodyEnd + end.length;
  }
  return { blocks, hasPrivateKey };
}

const PADDING = 0x3d;
const [DIGIT, SPACE] = [1, 2];
/** What each byte is: a digit of base64, white space, or neither. */
const KINDS = new Uint8Array(256);
for (const digit of Buffer.from('ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/'))
  KINDS[digit] = DIGIT;
for (const space of Buffer.from('\t\n\v\f\r \u00A0', 'latin1')) KINDS[space] = SPACE;

/** Strictly, apart from white space: Node passes over what is no base64, and takes that of URLs, too. */
function isBase64(bytes: Buffer, start: number, end: number): boolean {
  let digits = 0;
  let padding = 0;
  for (let i = start; i < end; i++) {
    const byte = bytes[i] ?? 0;
    const kind = KINDS[byte];
    if (kind === SPACE) continue;
    if (byte === PADDING) padding += 1;
    else if (kind !== DIGIT || padding > 0) return false;
    else digits += 1;
  }
  return padding <= 2 && (digits + padding) % 4 === 0;
}

/** DER as PEM with lines of 64 characters. */
export function formatPem(label: string, der: Uint8Array): string {
  const base64 = Buffer.from(der)
    .toString('base64')
    .replaceAll(/.{1,64}/g, '$&\n');
  return `-----BEGIN ${label}-----\n${base64}-----END ${label}-----\n`;
}
