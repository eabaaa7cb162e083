/** Names as `openssl ocsp -text` prints them, up to 3.1: XN_FLAG_ONELINE of X509_NAME_print_ex(3). */
import { formatName } from '../../x509/name.ts';

/** An attribute in what `formatName` gives, where a comma or plus within a value has a backslash before it. */
const ATTRIBUTE = /([\w.]+)=((?:\\u\{[\da-f]+\}|\\[^]|(?! \+ )[^\\,+])*)/gu;

/** `O = "Example, Inc.", CN = Z\C3\BCrich` */
export const nameText = (name: Buffer): string =>
  formatName(name).replaceAll(
    ATTRIBUTE,
    (_, type: string, value: string) => `${type} = ${valueText(unescaped(value))}`,
  );

const unescaped = (value: string): string =>
  value.replaceAll(/\\u\{([\da-f]+)\}|\\([^])/gu, (_, code: string | undefined, character: string) =>
    code === undefined ? character : String.fromCodePoint(parseInt(code, 16)),
  );

/** In quotes where its characters mean something in a name; what is not printable ASCII is the hex of its UTF-8. */
function valueText(text: string): string {
  const plain = text
    .replaceAll(/["\\]/g, '\\$&')
    .replaceAll(/[^ -~]/gu, (character) =>
      Buffer.from(character).toString('hex').toUpperCase().replaceAll(/../g, '\\$&'),
    );
  return /[,+<>;]|^[# ]| $/.test(text) ? `"${plain}"` : plain;
}
