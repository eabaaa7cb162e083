/** Keys of servers, and of certificates about servers, that are each right, and not together. */
import { nearest } from '../nearest.ts';
import { type Clash, quoted } from './problem.ts';
import type { CertificateShape, ConfigShape, ServerShape } from './shape.ts';

export function* serverClashes({ certificates = [], servers = [] }: ConfigShape): Generator<Clash> {
  const names = new Map<string, number>();
  for (const [i, one] of servers.entries()) {
    yield* ofServer(one, i);
    const { type, name = type } = one;
    if (name === undefined) continue;
    const first = names.get(name);
    if (first === undefined) names.set(name, i);
    else {
      const message = `servers[${first}] is called ${name}, too`;
      yield { path: ['servers', i, ...(one.name === undefined ? [] : ['name'])], message, hint: NAME_HINT };
    }
  }
  for (const [i, one] of certificates.entries()) yield* ofCertificate(one, i, [...names.keys()]);
}

const NAME_HINT = 'give each a name of its own';

function* ofServer({ dir, socket, type }: ServerShape, i: number): Generator<Clash> {
  if (type === undefined) return;
  if (type === 'haproxy') {
    const message = 'haproxy looks for a staple beside the certificate, and nowhere else';
    if (dir !== undefined) yield { path: ['servers', i, 'dir'], message };
    return;
  }
  // Debian's Hitch has one of its own.
  if (dir === undefined && type !== 'hitch')
    yield { path: ['servers', i], message: `${type} needs dir, where its staples go` };
  if (socket !== undefined) yield { path: ['servers', i, 'socket'], message: `${type} has no such socket` };
}

function* ofCertificate(
  { output, server = [], 'out-dir': outDir }: CertificateShape,
  i: number,
  names: readonly string[],
): Generator<Clash> {
  for (const [j, name] of server.entries()) {
    if (names.includes(name)) continue;
    const meant = nearest(name, names);
    const message = `no server is called ${quoted(name)}`;
    const path = ['certificates', i, 'server', ...(server.length > 1 ? [j] : [])];
    yield { path, message, ...(meant !== undefined && { hint: `did you mean ${meant}?` }) };
  }
  if (server.length === 0) return;
  for (const [key, value] of Object.entries({ output, 'out-dir': outDir })) {
    const message = `server and ${key} exclude each other: the server says where it looks`;
    if (value !== undefined) yield { path: ['certificates', i, key], message };
  }
}
