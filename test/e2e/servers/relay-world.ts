/** Servers that ask by themselves: a site for each mood of their responder, and `restaple relay` for all of them. */
import { chmod, mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Entity } from '../../../src/demo/pki/entity.ts';
import { name } from '../../../src/demo/pki/name.ts';
import { RestapleError } from '../../../src/errors.ts';
import { decodeOCSPResponse } from '../../../src/ocsp/ocsp-response.ts';
import { verifyResponse } from '../../../src/ocsp/verify-response.ts';
import type { BuiltCli } from '../../support/built-cli.ts';
import { readStaple } from '../../../src/probe/tls.ts';
import { certificatesPem, keyPem } from '../../support/files.ts';
import { testKeys } from '../../support/keys.ts';
import { type TestPki, createTestPki } from '../../support/pki.ts';
import { type RunningCli, startVerb } from '../run-world.ts';
import { serverCertificate } from '../world.ts';
import { stapleOf } from './visitor.ts';
import { ALL_MOODS, type Mood, type MoodyResponder, startMoodyResponder } from './relay-responder.ts';

export interface Site {
  readonly mood: Mood;
  /** What clients ask for. */
  readonly name: string;
  /** The certificate with its issuer. */
  readonly chain: string;
  readonly key: string;
  /** The CA above the issuer. */
  readonly root: string;
  /** The responder of this mood, by its address. */
  readonly responder: string;
}

export interface RelayWorld {
  readonly dir: string;
  readonly sites: readonly Site[];
  readonly responder: MoodyResponder;
  /** Starts a relay for all the sites. @returns where it answers. */
  relay(): Promise<{ readonly port: number; readonly process: RunningCli }>;
  /** Has the relay ask for all sites now, whatever comes of it. */
  refresh(): Promise<void>;
  stapleAt(port: number, site: Site): Promise<Buffer | undefined>;
  /** What a client of the server at `port` is given for this site, in a word. */
  stapledAt(port: number, site: Site, sigalgs?: string): Promise<string>;
  close(): Promise<void>;
}

/** @param rsa those whose certificates have RSA keys; all others have keys of ECDSA. */
export async function relayWorld(
  cli: BuiltCli,
  moods: readonly Mood[] = ALL_MOODS,
  rsa: readonly Mood[] = [],
): Promise<RelayWorld> {
  const dir = await mkdtemp(join(tmpdir(), 'restaple-relayed-'));
  // Servers give up root for a user of their own.
  await chmod(dir, 0o755);
  const pkis = new Map<Mood, TestPki>();
  const pkiOf = (mood: Mood): TestPki => {
    const issuer = { name: name([['CN', `${mood} CA`]]) };
    const pki = pkis.get(mood) ?? createTestPki({ now: new Date(), issuer });
    pkis.set(mood, pki);
    return pki;
  };
  const responder = await startMoodyResponder(pkiOf);
  const entities = new Map<Mood, Entity>();
  const sites: Site[] = [];
  for (const [index, mood] of moods.entries()) {
    const site = {
      mood,
      name: `${mood}.example.test`,
      chain: join(dir, `${mood}.pem`),
      key: join(dir, `${mood}.key`),
      root: join(dir, `${mood}-root.pem`),
      responder: responder.urlOf(mood),
    };
    const { issuer, root } = pkiOf(mood);
    const entity = serverCertificate(pkiOf(mood), site.name, {
      serial: 0x3001 + index,
      ocspUrls: [responder.urlOf(mood, mood === 'cdn' ? 'localhost' : '127.0.0.1')],
      ...(rsa.includes(mood) && { keys: testKeys('rsa-2048', 3) }),
    });
    entities.set(mood, entity);
    await writeFile(site.chain, certificatesPem(entity, issuer));
    await writeFile(site.root, certificatesPem(root));
    await writeFile(site.key, keyPem(entity), { mode: 0o600 });
    sites.push(site);
  }
  const control = join(dir, 'control.sock');
  const running: RunningCli[] = [];
  let listen = '127.0.0.1:0';
  const chains = sites.map(({ chain }) => chain);

  return {
    dir,
    sites,
    responder,
    async relay() {
      const where = [`--listen=${listen}`, `--store=${join(dir, 'store')}`, `--control=${control}`];
      // Less than any server waits.
      const process = startVerb(cli, 'relay', ...chains, '--allow-private', '--timeout=2s', ...where);
      running.push(process);
      const [line] = await process.saw('relay');
      const [, port] = /:(\d+)$/.exec(String(Object(line)['addresses'])) ?? [];
      // Servers know this one, also after the relay was killed.
      listen = `127.0.0.1:${port}`;
      return { port: Number(port), process };
    },
    async refresh() {
      for (const chain of chains) await cli.run('refresh', '--control', control, chain);
    },
    stapleAt: (port, site) => stapleOf(port, site.name),
    async stapledAt(port, { mood, name: servername }, sigalgs) {
      const server = { host: '127.0.0.1', port: String(port), servername, sigalgs };
      const { chain, staple } = await readStaple(server, 30_000);
      const { certificate } = entities.get(mood) ?? pkiOf(mood).leaf;
      if (!chain[0]?.equals(certificate.raw))
        throw new Error(`another certificate than that of ${servername}`);
      return staple === undefined ? 'none' : wordFor(staple, certificate, pkiOf(mood).issuer.certificate);
    },
    async close() {
      await Promise.all(running.map((one) => one.end('SIGKILL')));
      await responder.close();
      await rm(dir, { recursive: true, force: true });
    },
  };
}

function wordFor(staple: Buffer, certificate: Entity['certificate'], issuer: Entity['certificate']): string {
  const { responseStatus } = decodeOCSPResponse(staple);
  if (responseStatus !== 'successful') return `\`${responseStatus}\``;
  try {
    return verifyResponse(staple, { certificate, issuer, now: new Date() }).certStatus.type;
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    return error.code === 'response-expired' ? '**expired**' : '**forged**';
  }
}
