/**
 * Whether a server up to TLS 1.2 wants a certificate of its client (RFC 5246 section 7.4.4): the message stands in the clear
 * before its last, ServerHelloDone. In TLS 1.3 nobody need know, for there the handshake is over before it is refused.
 */
import { RECORD, recordsOf } from './records.ts';

const CERTIFICATE_REQUEST = 13;
const SERVER_HELLO_DONE = 14;

/** @param received all that came since the handshake began. */
export function wantsClientCertificate(received: Buffer): boolean {
  const bodies: Buffer[] = [];
  for (const { type, body } of recordsOf(received)) {
    if (type !== RECORD.handshake) break;
    bodies.push(body);
  }
  const messages = Buffer.concat(bodies);
  let isWanted = false;
  for (let at = 0; at + 4 <= messages.length; at += 4 + messages.readUIntBE(at + 1, 3)) {
    if (messages[at] === SERVER_HELLO_DONE) return isWanted;
    isWanted ||= messages[at] === CERTIFICATE_REQUEST;
  }
  return false;
}
