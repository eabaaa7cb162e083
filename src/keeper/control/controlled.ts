/** What is asked of the keeper through its socket. */
import type { CertificateView } from '../view.ts';
import type { KeeperFacts } from './protocol.ts';

export interface Controlled {
  about(): KeeperFacts;
  /** May be walked slowly, while certificates come and go. */
  views(): Iterable<CertificateView>;
  /** @returns `undefined` when it is not kept. @param certificate an absolute path, or a key. */
  refresh(certificate: string): Promise<RefreshOutcome | undefined>;
  /** Looks for certificates that came or went. */
  rescan(): Promise<void>;
}

export interface RefreshOutcome {
  /** After the attempt. */
  readonly view: CertificateView;
  /** Files for servers that hold another staple now, or hold one again; none unless given. */
  readonly published?: readonly string[];
  /** What the attempt failed with: a RestapleError, or a fault of restaple. */
  readonly error?: unknown;
}
