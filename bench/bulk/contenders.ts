/** Who refreshes the staples of a directory of certificates. Programs that are not installed are named and left out. */
import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { attempt } from '../../src/attempt.ts';
import { peerDirectory, peerRequire } from '../peers.ts';
import type { BulkPki } from './pki.ts';

export interface Contender {
  readonly name: string;
  /** The most certificates with which it is worth waiting for. */
  readonly most: number;
  /** The command that writes the staples of all of `pki` into the directory `out`. */
  readonly argv: (pki: BulkPki, out: string) => readonly string[];
}

export interface Contenders {
  readonly present: readonly Contender[];
  /** Why the others are not there. */
  readonly missing: readonly string[];
}

/** A program a certificate takes milliseconds each: more of them say nothing new. */
const MOST_BY_SHELL = 1000;
/** Some take milliseconds a certificate, too. */
const MOST_BY_LIBRARY = 10_000;

const restaple = (program: string, name: string): Contender => ({
  name,
  most: Infinity,
  argv: ({ certificates, issuer }, out) => [
    process.execPath,
    resolve(program),
    'fetch',
    certificates,
    '--issuer',
    issuer,
    '--out-dir',
    out,
    '--allow-private',
    '--quiet',
  ],
});

/** Of `$0` the files are named behind; `$C` is the certificate, `$N` its staple. */
const OPENSSL =
  'openssl ocsp -issuer "$I" -cert "$C" -url "$(openssl x509 -in "$C" -noout -ocsp_uri)" -CAfile "$R" -no_nonce -respout "$N.tmp" && mv "$N.tmp" "$N"';
/** It trusts a delegated signer only where its issuer is trusted itself. */
const OCSPTOOL =
  'ocsptool --ask="$(openssl x509 -in "$C" -noout -ocsp_uri)" --load-cert="$C" --load-issuer="$I" --load-trust="$I" --no-nonce --outfile="$N.tmp" && mv "$N.tmp" "$N"';

/** `programs` are builds of restaple, the one that counts first; others are named by their paths. */
export function findContenders(cache: string, programs: readonly string[]): Contenders {
  const present = programs.map((program, i) => restaple(program, i === 0 ? 'restaple' : program));
  const missing: string[] = [];
  const go = buildGo(cache);
  if (go.program === undefined) missing.push(`the Go program, since ${go.why}`);
  else {
    const { program } = go;
    present.push({
      name: 'Go program, 64 at a time',
      most: Infinity,
      argv: ({ certificates, issuer }, out) => [program, certificates, issuer, out],
    });
  }
  present.push({
    name: 'Node, a bare loop',
    most: Infinity,
    argv: ({ certificates, issuer }, out) => [
      process.execPath,
      fileURLToPath(new URL('bulk/floor.js', import.meta.url)),
      certificates,
      issuer,
      out,
    ],
  });
  for (const [tool, name, line] of [
    ['openssl', '`openssl ocsp`', OPENSSL],
    ['ocsptool', '`ocsptool`', OCSPTOOL],
  ] as const) {
    if (isInstalled(tool)) present.push(inLoop(name, line), twoAtATime(name, line));
    else missing.push(`${name}, since ${tool} is not installed`);
  }
  for (const library of ['ocsp', 'easy-ocsp']) {
    if (isThere(library)) present.push(npmPeer(library));
    else missing.push(`npm \`${library}\`, since it is not installed (RESTAPLE_BENCH_PEERS=DIRECTORY)`);
  }
  return { present, missing };
}

const isThere = (library: string): boolean => attempt(() => peerRequire().resolve(library)) !== undefined;

const npmPeer = (library: string): Contender => ({
  name: `npm \`${library}\`, 64 at a time`,
  most: MOST_BY_LIBRARY,
  argv: ({ certificates, issuer }, out) => [
    process.execPath,
    fileURLToPath(new URL('bulk/npm-peer.js', import.meta.url)),
    library,
    peerDirectory(),
    certificates,
    issuer,
    out,
  ],
});

const inLoop = (name: string, line: string): Contender => ({
  name: `${name} in a loop`,
  most: MOST_BY_SHELL,
  argv: ({ certificates, issuer, root }, out) => [
    'sh',
    '-c',
    `set -e; I=$1 R=$2; for C in "$3"/*; do N=$4/$(basename "$C" .crt).ocsp; { ${line}; } >/dev/null 2>&1; done`,
    'sh',
    issuer,
    root,
    certificates,
    out,
  ],
});

const twoAtATime = (name: string, line: string): Contender => ({
  name: `${name}, \`xargs -P2\``,
  most: MOST_BY_SHELL,
  argv: ({ certificates, issuer, root }, out) => [
    'sh',
    '-c',
    `find "$3" -type f -print0 | I=$1 R=$2 OUT=$4 xargs -0 -n 50 -P 2 sh -c 'set -e; for C in "$@"; do N=$OUT/$(basename "$C" .crt).ocsp; { ${line}; } >/dev/null 2>&1; done' sh`,
    'sh',
    issuer,
    root,
    certificates,
    out,
  ],
});

type Built =
  { readonly program: string; readonly why?: never } | { readonly program?: never; readonly why: string };

/** From the sources of Debian's golang-golang-x-crypto-dev, without a network. */
function buildGo(cache: string): Built {
  if (!isInstalled('go')) return { why: 'go is not installed' };
  if (!existsSync('/usr/share/gocode/src/golang.org/x/crypto/ocsp'))
    return { why: 'golang-golang-x-crypto-dev is not installed' };
  const program = join(cache, 'go-peer');
  mkdirSync(cache, { recursive: true });
  const env = {
    PATH: process.env['PATH'] ?? '',
    GO111MODULE: 'off',
    GOPATH: '/usr/share/gocode',
    GOCACHE: join(cache, 'go-build'),
  };
  const { status, stderr } = spawnSync('go', ['build', '-o', program, resolve('bench/bulk/peer.go')], {
    env,
  });
  return status === 0 ? { program } : { why: `go build failed: ${stderr.toString().slice(0, 300)}` };
}

const isInstalled = (tool: string): boolean => spawnSync('sh', ['-c', 'command -v "$0"', tool]).status === 0;
