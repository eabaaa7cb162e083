/** Which of the certificates that are kept were meant. */
import { resolve } from 'node:path';
import type { CertificateView } from '../../keeper/view.ts';

export interface Choice {
  readonly chosen: readonly CertificateView[];
  /** Arguments that name none. */
  readonly notKept: readonly string[];
}

/**
 * An argument is a path, or a directory with all below it, or a key. A shell makes ten thousand arguments out of one
 * pattern, so paths are looked up, and only what is none is searched for.
 */
export function choose(views: readonly CertificateView[], args: readonly string[]): Choice {
  if (args.length === 0) return { chosen: views, notKept: [] };
  const named = new Map<string, CertificateView[]>();
  for (const view of views) {
    for (const name of [resolve(view.certificate), view.key]) {
      const same = named.get(name);
      if (same) same.push(view);
      else named.set(name, [view]);
    }
  }
  const chosen = new Set<CertificateView>();
  const notKept = args.filter((arg) => {
    const path = resolve(arg);
    const found = named.get(path) ?? named.get(arg.toLowerCase()) ?? below(path, views);
    for (const view of found) chosen.add(view);
    return found.length === 0;
  });
  return { chosen: [...chosen], notKept };
}

function below(path: string, views: readonly CertificateView[]): readonly CertificateView[] {
  const directory = path === '/' ? path : `${path}/`;
  return views.filter(({ certificate }) => resolve(certificate).startsWith(directory));
}
