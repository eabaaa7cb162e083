/**
 * MySQL and MariaDB ("Connection Phase"): the server greets with what it can do, and a client that wants TLS answers with
 * the first part of its own greeting.
 */
import { type Wire, quoted } from '../wire.ts';

const PROTOCOL_41 = 0x0200;
const SSL = 0x0800;
const SECURE_CONNECTION = 0x8000;
const PLUGIN_AUTH = 0x80000;

/** A greeting has some hundred bytes. */
const MAX_PACKET = 4096;
const UTF8_GENERAL_CI = 33;

export async function mysql(wire: Wire): Promise<void> {
  const head = await wire.bytes(4);
  const length = head.readUIntLE(0, 3);
  if (length === 0 || length > MAX_PACKET || head[3] !== 0)
    wire.refuse('greeted with what is no packet of MySQL');
  const packet = await wire.bytes(length);
  if (packet[0] === 0xff) wire.refuse(`greeted with ${quoted(errorOf(packet))}`);
  if (packet[0] !== 10) wire.refuse(`speaks version ${packet[0]} of the protocol, only 10 is known`);
  // The version as text, four bytes for the thread, eight of the challenge, a zero.
  const capabilities = packet.indexOf(0) + 1 + 4 + 8 + 1;
  if (capabilities + 2 > packet.length) wire.refuse('greeted with a packet that is cut short');
  if ((packet.readUInt16LE(capabilities) & SSL) === 0) wire.refuse('the server offers no TLS');
  wire.write(sslRequest());
}

/** The packet after the server's: 32 bytes with what we can do, the largest packet, the character set, and zeros. */
function sslRequest(): Buffer {
  const packet = Buffer.alloc(4 + 32);
  packet.writeUIntLE(32, 0, 3);
  packet[3] = 1;
  packet.writeUInt32LE(PROTOCOL_41 | SSL | SECURE_CONNECTION | PLUGIN_AUTH, 4);
  packet.writeUInt32LE(0x1000000, 8);
  packet[12] = UTF8_GENERAL_CI;
  return packet;
}

/** ERR_Packet: its mark, a number, then perhaps `#` and a state of five letters, then words. */
function errorOf(packet: Buffer): string {
  return packet.toString('utf8', 3).replace(/^#.{5}/, '');
}
