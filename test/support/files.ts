import { mkdir, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { formatPem } from '../../src/der/pem.ts';
import type { TestPki } from './pki.ts';

/** Runs `use` with the path of a new directory, which is gone afterwards. */
export async function withTempDir<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'restaple-test-'));
  try {
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** The certificates of these entities as one PEM file, in the order given. */
export function certificatesPem(...entities: readonly Entity[]): string {
  return entities.map(({ certificate }) => formatPem('CERTIFICATE', certificate.raw)).join('');
}

/** The private key of an entity as PKCS#8 in PEM. */
export function keyPem({ keys }: Entity): string {
  return keys.privateKey.export({ format: 'pem', type: 'pkcs8' }).toString();
}

/** Paths of the files that `writePki` writes. */
export interface PkiFiles {
  readonly dir: string;
  /** Certificates in PEM. */
  readonly root: string;
  readonly issuer: string;
  readonly leaf: string;
  readonly delegate: string;
  readonly stranger: string;
  /** The leaf and its issuer in one file, as a server wants them. */
  readonly chain: string;
  /** Private keys in PEM. */
  readonly issuerKey: string;
  readonly leafKey: string;
  readonly delegateKey: string;
}

/** Writes a PKI into `dir`, which is made if it is not there. */
export async function writePki(dir: string, pki: TestPki): Promise<PkiFiles> {
  await mkdir(dir, { recursive: true });
  const put = async (file: string, content: string): Promise<string> => {
    const path = join(dir, file);
    await writeFile(path, content, { mode: 0o600 });
    return path;
  };
  return {
    dir,
    root: await put('root.pem', certificatesPem(pki.root)),
    issuer: await put('issuer.pem', certificatesPem(pki.issuer)),
    leaf: await put('leaf.pem', certificatesPem(pki.leaf)),
    delegate: await put('delegate.pem', certificatesPem(pki.delegate)),
    stranger: await put('stranger.pem', certificatesPem(pki.stranger)),
    chain: await put('chain.pem', certificatesPem(pki.leaf, pki.issuer)),
    issuerKey: await put('issuer.key', keyPem(pki.issuer)),
    leafKey: await put('leaf.key', keyPem(pki.leaf)),
    delegateKey: await put('delegate.key', keyPem(pki.delegate)),
  };
}
