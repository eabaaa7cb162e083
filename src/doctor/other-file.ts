/** What a file is that is no certificate, for whoever gave the one beside it. */
import { attempt } from '../attempt.ts';
import { decodeCertificateList } from '../crl/certificate-list.ts';
import { TAG } from '../der/tags.ts';
import { readResponse } from '../ocsp/read-response.ts';

export interface OtherFile {
  readonly kind: 'response' | 'pkcs12' | 'other';
  /** `it is empty` */
  readonly words: string;
}

/** How a file of PEM says what is in it; the rest of it is a secret, perhaps. */
const LABEL = /^-----BEGIN ([A-Z0-9 ]{1,40})-----/gm;
/** The first few tell enough. */
const MAX_LABELS = 3;
/** What certificates stand under. */
const CERTIFICATES = /^(?:X509 )?CERTIFICATE$|^PKCS7$|^CMS$/;

/** How the content of a SEQUENCE begins, by the version that each form has first. */
const FORMS: readonly (readonly [beginning: string, kind: OtherFile['kind'], words: string])[] = [
  // RFC 7292 section 4.
  ['020103', 'pkcs12', 'it is PKCS#12 (.p12, .pfx), certificates and keys under a password'],
  // RFC 8017 appendix A.1.2 and RFC 5958 section 2; RFC 5915 section 3.
  ['020100', 'other', 'it is a private key'],
  ['020101', 'other', 'it is a private key'],
];
/** RFC 2986 section 4: what is signed begins with version 0. */
const REQUEST = '020100';

const other = (words: string): OtherFile => ({ kind: 'other', words });

/** `undefined` for what is not known, and where there may be certificates. */
export function otherFile(content: Buffer): OtherFile | undefined {
  if (content.length === 0) return other('it is empty');
  if (attempt(() => readResponse(content)) !== undefined)
    return { kind: 'response', words: 'it is an OCSP response' };
  if (attempt(() => decodeCertificateList(content)) !== undefined) return other('it is a CRL');
  const inside = contentOf(content);
  const form = FORMS.find(([beginning]) => inside?.toString('hex').startsWith(beginning) === true);
  if (form) return { kind: form[1], words: form[2] };
  if (inside && contentOf(inside)?.toString('hex').startsWith(REQUEST) === true)
    return other('it is a request for a certificate (CSR)');
  const text = content.toString('latin1');
  if (/^(?:\xff\xfe|\xfe\xff)/.test(text)) return other('it is text in UTF-16, not ASCII');
  if (/^\s*<(?:!doctype|html|\?xml)/i.test(text)) return other('it is a web page, or XML');
  const labels = new Set(Array.from(text.matchAll(LABEL), ([, label = '']) => label));
  if (labels.size === 0 || [...labels].some((label) => CERTIFICATES.test(label))) return undefined;
  return other(`it holds ${[...labels].slice(0, MAX_LABELS).join(', ')}`);
}

/** The first bytes in a SEQUENCE, also in one of BER, whose length is not told. */
function contentOf(bytes: Buffer): Buffer | undefined {
  const [tag, length = 0] = bytes;
  if (tag !== TAG.sequence) return undefined;
  const start = length < 0x80 ? 2 : 2 + (length & 0x7f);
  return bytes.subarray(start, start + 16);
}
