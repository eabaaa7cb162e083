/** The records of TLS, as they lie in a stream (RFC 8446 section 5.1). */
export const RECORD = { handshake: 22, applicationData: 23 } as const;

export interface Record {
  readonly type: number;
  readonly header: Buffer;
  readonly body: Buffer;
}

/** Those that are whole. */
export function* recordsOf(bytes: Buffer): Generator<Record> {
  for (let at = 0; at + 5 <= bytes.length;) {
    const end = at + 5 + bytes.readUInt16BE(at + 3);
    if (end > bytes.length) return;
    yield {
      type: bytes.readUInt8(at),
      header: bytes.subarray(at, at + 5),
      body: bytes.subarray(at + 5, end),
    };
    at = end;
  }
}
