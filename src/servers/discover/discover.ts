/** All that a machine has: servers, and the certificates that they present or that lie where ACME clients put them. */
import { type AcmeCertificate, findAcmeCertificates } from './acme-clients.ts';
import type { FoundServer, Remark } from './found.ts';
import { findHaproxy } from './haproxy.ts';
import { findHitch } from './hitch.ts';
import { findNginx } from './nginx.ts';
import { findOthers } from './others.ts';
import type { Tree } from './tree.ts';

export interface Discovery {
  readonly servers: readonly FoundServer[];
  readonly acme: readonly AcmeCertificate[];
  /** Servers that take no staple from restaple, and what is true of them. */
  readonly others: readonly Remark[];
}

const FINDERS: readonly ((tree: Tree) => readonly FoundServer[])[] = [findNginx, findHaproxy, findHitch];

/** Reads configuration, and nothing else: neither certificates nor keys are opened. */
export function discover(tree: Tree): Discovery {
  return {
    servers: FINDERS.flatMap((find) => find(tree)),
    acme: findAcmeCertificates(tree),
    others: findOthers(tree),
  };
}
