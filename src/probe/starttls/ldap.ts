/**
 * LDAP (RFC 4511 section 4.14): StartTLS is an extended operation.
 *
 * ```asn1
 * LDAPMessage ::= SEQUENCE { messageID INTEGER, protocolOp CHOICE { …, extendedReq [APPLICATION 23] ExtendedRequest,
 *   extendedResp [APPLICATION 24] ExtendedResponse }, controls [0] Controls OPTIONAL }
 * ExtendedRequest ::= SEQUENCE { requestName [0] LDAPOID, requestValue [1] OCTET STRING OPTIONAL }
 * ExtendedResponse ::= SEQUENCE { resultCode ENUMERATED, matchedDN LDAPDN, diagnosticMessage LDAPString, … }
 * ```
 * Not read: what follows the message. The strict reader of der/ is of no use here: LDAP is BER (section 5.1), and Active
 * Directory writes every length in four octets.
 */
import { integer, sequence, tlv } from '../../der/writer.ts';
import { TAG, primitive } from '../../der/tags.ts';
import { type Wire, quoted } from '../wire.ts';

const START_TLS = '1.3.6.1.4.1.1466.20037';
const EXTENDED_REQUEST = 0x77;
const EXTENDED_RESPONSE = 0x78;
const MESSAGE_ID = 1;

/** Some ten bytes, or a sentence on why not. */
const MAX_MESSAGE = 4096;

const RESULTS: ReadonlyMap<number, string> = new Map([
  [1, 'operationsError'],
  [2, 'protocolError'],
  [8, 'strongerAuthRequired'],
  [10, 'referral'],
  [51, 'busy'],
  [52, 'unavailable'],
  [53, 'unwillingToPerform'],
  [80, 'other'],
]);

export async function ldap(wire: Wire): Promise<void> {
  const request = tlv(EXTENDED_REQUEST, tlv(primitive(0), Buffer.from(START_TLS, 'latin1')));
  wire.write(sequence(integer(MESSAGE_ID), request));
  const answer = await readMessage(wire);
  if (!answer) wire.refuse('answered StartTLS with what is no message of LDAP');
  const { id, code, words } = answer;
  // 0 is for what the server says unasked: a notice of disconnection.
  if (id !== MESSAGE_ID && id !== 0) wire.refuse(`answered StartTLS with message ${id}, not ${MESSAGE_ID}`);
  // RFC 4511 section 4.14.2: a server that does not know the operation says protocolError.
  if (code === 2 && id === MESSAGE_ID)
    wire.refuse(`the server offers no StartTLS${words === '' ? '' : `: ${quoted(words)}`}`);
  if (code !== 0 || id === 0) {
    const name = RESULTS.get(code) ?? 'result';
    wire.refuse(`answered ${quoted(`${name} (${code})${words === '' ? '' : `: ${words}`}`)} to StartTLS`);
  }
}

interface Answer {
  readonly id: number;
  readonly code: number;
  readonly words: string;
}

async function readMessage(wire: Wire): Promise<Answer | undefined> {
  const [tag = 0, first = 0] = await wire.bytes(2);
  if (tag !== TAG.sequence) return undefined;
  const count = first < 0x80 ? 0 : first & 0x7f;
  // 0x80 is the indefinite length, which section 5.1 forbids.
  if (first === 0x80 || count > 4) return undefined;
  const length = count === 0 ? first : (await wire.bytes(count)).readUIntBE(0, count);
  if (length > MAX_MESSAGE) return undefined;
  const [id, operation] = valuesOf(await wire.bytes(length));
  if (id?.tag !== TAG.integer || operation?.tag !== EXTENDED_RESPONSE) return undefined;
  const [code, , words] = valuesOf(operation.content);
  if (code?.tag !== TAG.enumerated) return undefined;
  return { id: small(id.content), code: small(code.content), words: words?.content.toString('utf8') ?? '' };
}

interface Value {
  readonly tag: number;
  readonly content: Buffer;
}

/** The values in a constructed one, as far as they are whole. */
function valuesOf(bytes: Buffer): Value[] {
  const values: Value[] = [];
  for (let at = 0; at + 2 <= bytes.length;) {
    const first = bytes[at + 1] ?? 0;
    const count = first < 0x80 ? 0 : first & 0x7f;
    const start = at + 2 + count;
    if (first === 0x80 || count > 4 || start > bytes.length) break;
    const end = start + (count === 0 ? first : bytes.readUIntBE(at + 2, count));
    if (end > bytes.length) break;
    values.push({ tag: bytes[at] ?? 0, content: bytes.subarray(start, end) });
    at = end;
  }
  return values;
}

const small = (content: Buffer): number =>
  content.length === 0 || content.length > 4 ? -1 : content.readIntBE(0, content.length);
