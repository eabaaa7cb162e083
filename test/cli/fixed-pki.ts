/** A PKI whose every byte is the same in each run, so that a transcript can be written down whole. */
import { createPrivateKey, createPublicKey } from 'node:crypto';
import type { ServerOptions } from '../../src/demo/pki/entity.ts';
import type { KeyPair } from '../../src/demo/pki/keys.ts';
import { type TestPki, createTestPki } from '../support/pki.ts';

/** Ed25519, because its signatures need no random number; the key is PKCS#8 (RFC 8410 section 7) around one byte 32 times. */
function fixedKeys(seed: number): KeyPair {
  const key = Buffer.concat([Buffer.from('302e020100300506032b657004220420', 'hex'), Buffer.alloc(32, seed)]);
  const privateKey = createPrivateKey({ key, format: 'der', type: 'pkcs8' });
  return { privateKey, publicKey: createPublicKey(privateKey) };
}

export function fixedPki(leaf: Partial<ServerOptions> = {}): TestPki {
  return createTestPki({
    root: { keys: fixedKeys(1) },
    issuer: { keys: fixedKeys(2) },
    leaf: { keys: fixedKeys(3), ...leaf },
    delegate: { keys: fixedKeys(4) },
    stranger: { keys: fixedKeys(5) },
    strangerDelegate: { keys: fixedKeys(6) },
  });
}
