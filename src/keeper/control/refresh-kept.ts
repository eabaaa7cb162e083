/** A certificate by what a person calls it. */
import { resolve } from 'node:path';
import type { CertificateView } from '../view.ts';
import type { RefreshOutcome } from './controlled.ts';

/** Of the keeper, what this takes. */
export interface Refreshable {
  views(): Iterable<CertificateView>;
  view(key: string): CertificateView | undefined;
  /** @throws what the attempt failed with */
  refresh(key: string): Promise<CertificateView>;
}

/**
 * @param certificate a path, or a key.
 * @param read what a file holds, `undefined` for nothing.
 * @returns `undefined` when it is not kept.
 */
export async function refreshKept(
  keeper: Refreshable,
  certificate: string,
  read: (path: string) => Buffer | undefined,
): Promise<RefreshOutcome | undefined> {
  const key = certificate.toLowerCase();
  const path = resolve(certificate);
  for (const view of keeper.views()) {
    // Certificates go by the paths that they were found under, absolute or not.
    if (view.key !== key && resolve(view.certificate) !== path) continue;
    const before = view.files.map((file) => read(file));
    const published = (): readonly string[] =>
      view.files.filter((file, at) => {
        const der = read(file);
        // An empty file is how some servers are told that there is no staple.
        return der !== undefined && der.length > 0 && before[at]?.equals(der) !== true;
      });
    try {
      const after = await keeper.refresh(view.key);
      return { view: after, published: published() };
    } catch (error) {
      return { view: keeper.view(view.key) ?? view, published: published(), error };
    }
  }
  return undefined;
}
