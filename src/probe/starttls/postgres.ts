/** PostgreSQL ("Message Flow", section SSL Session Encryption): SSLRequest is answered with one byte. */
import { type Wire, quoted } from '../wire.ts';

/** The length, 8, and 1234 in the upper half with 5679 in the lower, which no protocol version has. */
const SSL_REQUEST = Buffer.from('0000000804d2162f', 'hex');

/** The severity, a code and a sentence: some hundred bytes. */
const MAX_ERROR = 4096;

export async function postgres(wire: Wire): Promise<void> {
  wire.write(SSL_REQUEST);
  const answer = (await wire.bytes(1)).toString('latin1');
  if (answer === 'S') return;
  if (answer === 'N') wire.refuse('the server offers no TLS');
  if (answer !== 'E') wire.refuse(`answered ${quoted(answer)} to SSLRequest`);
  wire.refuse(`answered ${quoted(await readError(wire))} to SSLRequest`);
}

/** ErrorResponse: a length that counts itself, then fields of a letter and a text that a zero ends; M is the message. */
async function readError(wire: Wire): Promise<string> {
  const length = (await wire.bytes(4)).readUInt32BE() - 4;
  if (length < 0 || length > MAX_ERROR) wire.refuse('answered SSLRequest with an error that is none');
  const fields = (await wire.bytes(length)).toString('utf8').split('\0');
  return fields.find((field) => field.startsWith('M'))?.slice(1) ?? '';
}
