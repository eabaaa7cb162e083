/** All that a machine has: servers, and the certificates that they present or that lie where ACME clients put them. */
import { type AcmeCertificate, findAcmeCertificates } from './acme-clients.ts';
import type { FoundServer, Remark } from './found.ts';
import { findApache } from './apache.ts';
import { findExim } from './exim.ts';
import { findH2o } from './h2o.ts';
import { findHaproxy } from './haproxy.ts';
import { findHitch } from './hitch.ts';
import { findLighttpd } from './lighttpd.ts';
import { findNghttpx } from './nghttpx.ts';
import { findNginx } from './nginx.ts';
import { findOthers } from './others.ts';
import { findTrafficServer } from './trafficserver.ts';
import type { Tree } from './tree.ts';

export interface Discovery {
  readonly servers: readonly FoundServer[];
  readonly acme: readonly AcmeCertificate[];
  /** Servers that take no staple from restaple, and what is true of them. */
  readonly others: readonly Remark[];
  /** What of the machine could not be looked into. */
  readonly troubles: readonly Remark[];
}

const FINDERS: readonly ((tree: Tree) => readonly FoundServer[])[] = [
  findNginx,
  findHaproxy,
  findHitch,
  findLighttpd,
  findExim,
  findTrafficServer,
  findH2o,
  findNghttpx,
  findApache,
];

/** Reads configuration, and nothing else: neither certificates nor keys are opened. */
export function discover(tree: Tree): Discovery {
  const found = {
    servers: FINDERS.flatMap((find) => find(tree)),
    acme: findAcmeCertificates(tree),
    others: findOthers(tree),
  };
  return { ...found, troubles: tree.troubles };
}
