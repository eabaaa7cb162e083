/** On what the figures were had. */
import { readFileSync } from 'node:fs';
import { arch, availableParallelism, cpus, loadavg, release, type } from 'node:os';
import { resolve } from 'node:path';
import { versionOf } from './peers.ts';

export function describeMachine(): string {
  const { version, devDependencies }: Manifest = JSON.parse(readFileSync(resolve('package.json'), 'utf8'));
  const openssl = versionOf('openssl');
  const programs = [
    `restaple ${version}`,
    `Node ${process.versions.node} (OpenSSL ${process.versions.openssl})`,
    `pkijs ${devDependencies['pkijs']}`,
    `asn1js ${devDependencies['asn1js']}`,
    ...(openssl === undefined ? [] : [openssl]),
  ];
  const cores = availableParallelism();
  const machine = [
    `${cores} ${cores === 1 ? 'core' : 'cores'}, ${cpus()[0]?.model ?? 'processor unknown'}`,
    `${type()} ${release()} ${arch()}`,
    `load ${(loadavg()[0] ?? 0).toFixed(1)} at the start`,
  ];
  return `${programs.join(', ')}\n${machine.join(', ')}\n`;
}

interface Manifest {
  readonly version: string;
  readonly devDependencies: Readonly<Record<string, string>>;
}
