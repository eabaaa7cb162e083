/**
 * A copy in memory of its own, for what is kept: a view holds all that it was read in, and what is small shares 8 KiB of Node's
 * pool with whatever was made beside it.
 */
export function ownBytes(bytes: Uint8Array): Buffer {
  const own = Buffer.allocUnsafeSlow(bytes.length);
  own.set(bytes);
  return own;
}
