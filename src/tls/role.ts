/** What a process does for its certificates: it keeps them itself (`Keeper`), or serves what another keeps (`Reader`). */
import type { CertificateSubject } from '../keeper/files/certificate-subject.ts';
import type { CertificateView } from '../keeper/view.ts';

export interface Role {
  add(key: string, label: string, subject: CertificateSubject): void;
  remove(key: string): void;
  /** @throws what the attempt failed with. */
  refresh(key: string): Promise<CertificateView>;
  views(): Iterable<CertificateView>;
  view(key: string): CertificateView | undefined;
  stop(): Promise<void>;
}
