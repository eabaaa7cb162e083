/** Fresh key pairs of every kind that a certificate or a response may be signed with. */
import { type KeyObject, generateKeyPairSync } from 'node:crypto';

export type MlDsaKind = 'ml-dsa-44' | 'ml-dsa-65' | 'ml-dsa-87';

export type KeyKind = 'rsa-2048' | 'rsa-4096' | 'p256' | 'p384' | 'p521' | 'ed25519' | 'ed448' | MlDsaKind;

export interface KeyPair {
  readonly publicKey: KeyObject;
  readonly privateKey: KeyObject;
}

const MAKERS: Readonly<Record<KeyKind, () => KeyPair>> = {
  'rsa-2048': () => generateKeyPairSync('rsa', { modulusLength: 2048 }),
  'rsa-4096': () => generateKeyPairSync('rsa', { modulusLength: 4096 }),
  p256: () => generateKeyPairSync('ec', { namedCurve: 'P-256' }),
  p384: () => generateKeyPairSync('ec', { namedCurve: 'P-384' }),
  p521: () => generateKeyPairSync('ec', { namedCurve: 'P-521' }),
  ed25519: () => generateKeyPairSync('ed25519'),
  ed448: () => generateKeyPairSync('ed448'),
  'ml-dsa-44': () => generateMlDsaKey('ml-dsa-44'),
  'ml-dsa-65': () => generateMlDsaKey('ml-dsa-65'),
  'ml-dsa-87': () => generateMlDsaKey('ml-dsa-87'),
};

/** Called past its types: those of Node 20 do not know these kinds, Node from 24.6 on does. */
function generateMlDsaKey(kind: MlDsaKind): KeyPair {
  return Reflect.apply(generateKeyPairSync, undefined, [kind]);
}

/**
 * A new key pair. RSA takes a second or more of computing, the other kinds some milliseconds at most.
 *
 * @throws Error from node:crypto when the Node that runs this does not know the kind (see `hasMlDsa`).
 */
export function generateKey(kind: KeyKind): KeyPair {
  return MAKERS[kind]();
}

/** True when the Node that runs this can make and use ML-DSA keys. */
export function hasMlDsa(): boolean {
  try {
    generateMlDsaKey('ml-dsa-44');
    return true;
  } catch {
    return false;
  }
}
