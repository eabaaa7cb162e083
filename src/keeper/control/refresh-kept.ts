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

/** @returns `undefined` when it is not kept. @param certificate a path, or a key. */
export async function refreshKept(
  keeper: Refreshable,
  certificate: string,
): Promise<RefreshOutcome | undefined> {
  const key = certificate.toLowerCase();
  const path = resolve(certificate);
  for (const view of keeper.views()) {
    // Certificates go by the paths that they were found under, absolute or not.
    if (view.key !== key && resolve(view.certificate) !== path) continue;
    try {
      return { view: await keeper.refresh(view.key) };
    } catch (error) {
      return { view: keeper.view(view.key) ?? view, error };
    }
  }
  return undefined;
}
