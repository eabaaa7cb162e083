import { type KeyKind, type KeyPair, generateKey } from '../../src/demo/pki/keys.ts';

const made = new Map<string, KeyPair>();

/** A key pair made once for each kind and index: RSA keys take a second or more, and most tests do not care which. */
export function testKeys(kind: KeyKind, index = 0): KeyPair {
  const id = `${kind} ${index}`;
  const known = made.get(id);
  if (known) return known;
  const keys = generateKey(kind);
  made.set(id, keys);
  return keys;
}
