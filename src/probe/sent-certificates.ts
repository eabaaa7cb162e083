/**
 * The certificates that a server sent, as it sent them: node:tls puts them in order, leaves out those that do not fit, and
 * adds what it finds among the roots it knows. A chain in the wrong order, with a certificate too many or one missing is
 * what an administrator has to be told.
 *
 * Up to TLS 1.2 they come in the open. In TLS 1.3 (RFC 8446) they are encrypted under a secret that OpenSSL tells
 * (`keylog`), and nothing else is read with it.
 */
import { createDecipheriv, createHmac } from 'node:crypto';
import { attempt } from '../attempt.ts';
import { RECORD, type Record, recordsOf } from './records.ts';

/** RFC 8446 section 4. */
const MESSAGE = { serverHello: 2, certificate: 11, finished: 20 } as const;
const TLS_1_3 = 0x0304;

interface Suite {
  readonly cipher: 'aes-128-gcm' | 'aes-256-gcm' | 'chacha20-poly1305';
  readonly keyBytes: number;
  readonly hash: 'sha256' | 'sha384';
}

/** RFC 8446 appendix B.4. */
const SUITES: ReadonlyMap<number, Suite> = new Map<number, Suite>([
  [0x1301, { cipher: 'aes-128-gcm', keyBytes: 16, hash: 'sha256' }],
  [0x1302, { cipher: 'aes-256-gcm', keyBytes: 32, hash: 'sha384' }],
  [0x1303, { cipher: 'chacha20-poly1305', keyBytes: 32, hash: 'sha256' }],
]);

const TAG_BYTES = 16;
const NONCE_BYTES = 12;

/**
 * @param received all that came since the handshake began.
 * @param secret that of the server's part of the handshake, in TLS 1.3.
 * @returns `undefined` when no certificates can be found in there.
 */
export function sentCertificates(received: Buffer, secret: Buffer | undefined): Buffer[] | undefined {
  return attempt(() => {
    const reader = new Flight(secret);
    for (const record of recordsOf(received)) {
      const found = reader.take(record);
      if (found) return found;
    }
    return undefined;
  });
}

/** Messages of the handshake out of records, over whose borders they may reach. */
class Flight {
  readonly #secret: Buffer | undefined;
  #held: Buffer = Buffer.alloc(0);
  #suite: Suite | undefined;
  #isTls13 = false;
  #sequence = 0;

  constructor(secret: Buffer | undefined) {
    this.#secret = secret;
  }

  /** The certificates, when this record completes them. */
  take(record: Record): Buffer[] | undefined {
    const content =
      record.type === RECORD.applicationData
        ? this.#decrypted(record)
        : record.type === RECORD.handshake
          ? record.body
          : undefined;
    if (!content) return undefined;
    this.#held = Buffer.concat([this.#held, content]);
    while (this.#held.length >= 4) {
      const end = 4 + this.#held.readUIntBE(1, 3);
      if (end > this.#held.length) return undefined;
      const type = this.#held.readUInt8(0);
      const message = this.#held.subarray(4, end);
      this.#held = this.#held.subarray(end);
      if (type === MESSAGE.serverHello) this.#hello(message);
      if (type === MESSAGE.certificate) return this.#certificates(message);
      // What follows is under other keys.
      if (type === MESSAGE.finished) throw new Error('the handshake is over');
    }
    return undefined;
  }

  /** ServerHello: version, random, session id, suite, compression, extensions; supported_versions is 43. */
  #hello(message: Buffer): void {
    let at = 34;
    at += 1 + message.readUInt8(at);
    this.#suite = SUITES.get(message.readUInt16BE(at));
    at += 5;
    while (at + 4 <= message.length) {
      if (message.readUInt16BE(at) === 43) this.#isTls13 = message.readUInt16BE(at + 4) === TLS_1_3;
      at += 4 + message.readUInt16BE(at + 2);
    }
  }

  /** RFC 8446 section 5.2: the type of the content stands behind it, and then perhaps zeros. */
  #decrypted({ header, body }: Record): Buffer | undefined {
    if (!this.#suite || !this.#secret) throw new Error('no key');
    const { cipher, keyBytes, hash } = this.#suite;
    const nonce = expand(hash, this.#secret, 'iv', NONCE_BYTES);
    // The number of the record, of which there are far fewer than 2^32.
    nonce.writeUInt32BE((nonce.readUInt32BE(8) ^ this.#sequence++) >>> 0, 8);
    const key = expand(hash, this.#secret, 'key', keyBytes);
    // Node's types tell the two kinds of ciphers apart by name.
    const options = { authTagLength: TAG_BYTES };
    const decipher =
      cipher === 'chacha20-poly1305'
        ? createDecipheriv(cipher, key, nonce, options)
        : createDecipheriv(cipher, key, nonce, options);
    const length = body.length - TAG_BYTES;
    decipher.setAAD(header, { plaintextLength: length });
    decipher.setAuthTag(body.subarray(length));
    const plain = Buffer.concat([decipher.update(body.subarray(0, length)), decipher.final()]);
    let end = plain.length - 1;
    while (end > 0 && plain[end] === 0) end--;
    return plain[end] === RECORD.handshake ? plain.subarray(0, end) : undefined;
  }

  /** RFC 5246 section 7.4.2; in RFC 8446 section 4.4.2 a context before them, and extensions behind each. */
  #certificates(message: Buffer): Buffer[] | undefined {
    let at = this.#isTls13 ? 1 + message.readUInt8(0) : 0;
    at += 3;
    const chain: Buffer[] = [];
    while (at < message.length) {
      const end = at + 3 + message.readUIntBE(at, 3);
      if (end > message.length) throw new Error('a certificate past the end');
      chain.push(message.subarray(at + 3, end));
      at = this.#isTls13 ? end + 2 + message.readUInt16BE(end) : end;
    }
    return chain.length === 0 ? undefined : chain;
  }
}

/** HKDF-Expand-Label without a context (RFC 8446 section 7.1), for no more than one block of the hash. */
function expand(hash: string, secret: Buffer, label: string, bytes: number): Buffer {
  const name = Buffer.from(`tls13 ${label}`, 'latin1');
  const info = Buffer.concat([Buffer.of(0, bytes, name.length), name, Buffer.of(0, 1)]);
  return createHmac(hash, secret).update(info).digest().subarray(0, bytes);
}
