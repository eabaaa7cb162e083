/**
 * The story, told step by step. Nothing in it is staged: every step does what it says in the world it is given, and
 * throws when it does not come out as it should.
 */
import { readFile } from 'node:fs/promises';
import { verifyResponse } from '../ocsp/verify-response.ts';
import { ocspUrls } from '../x509/authority-info-access.ts';
import { parseCertificates } from '../x509/bundle.ts';
import { SERVER_NAME } from './authorities.ts';
import { readStaple } from './tls-client.ts';
import { RESPONDER_NAME, type World } from './world.ts';

export interface Stage {
  readonly world: World;
  readonly now: () => Date;
  /** Prints a line of the story. */
  readonly say: (line: string) => void;
  /** Prints a command and runs it, with what it prints; gives its exit code. Paths are those of the world's files. */
  readonly restaple: (args: readonly string[]) => Promise<number>;
}

export type Step = (stage: Stage) => Promise<void>;

/** The responder of this world is on loopback, where a certificate may not lead anybody unasked. */
const INSIDE = ['--allow-host', RESPONDER_NAME];

export const STORY: readonly Step[] = [readTheCertificate, askByAddress, askByName, shakeHands, revoke];

async function readTheCertificate({ world, say }: Stage): Promise<void> {
  const [certificate] = parseCertificates(await readFile(world.files.certificate));
  const [url] = certificate ? ocspUrls(certificate) : [];
  say('A world of its own, on this machine only: a CA, its OCSP responder behind a CDN, and a TLS server.');
  say("domain.crt, the server's certificate, says where to ask whether it has been revoked:");
  say(`  ${url}`);
}

async function askByAddress({ world, say, restaple }: Stage): Promise<void> {
  say('Asked by address, the CDN does not know which of its many sites is meant, and refuses:');
  expectExit(await restaple(['fetch', world.files.certificate, '--url', world.addressUrl]), 75);
}

async function askByName({ world, say, restaple }: Stage): Promise<void> {
  say('Asked by name, it hands on the answer of the CA. restaple verifies that, and writes domain.ocsp:');
  say('(It is on this very machine, where no certificate leads restaple unless it is told that it may.)');
  expectExit(await restaple(['fetch', world.files.certificate, ...INSIDE]), 0);
}

async function shakeHands({ world, now, say }: Stage): Promise<void> {
  const { files, tlsPort: port, authorities, servers } = world;
  const staple = await readStaple({ port, servername: SERVER_NAME, ca: await readFile(files.root) });
  if (!staple) throw new Error('the TLS server sent no staple');
  const { certStatus } = verifyResponse(staple, {
    certificate: servers.domain.certificate,
    issuer: authorities.issuer.certificate,
    now: now(),
  });
  if (!staple.equals(await readFile(files.staple))) throw new Error('the staple is not what is in the file');
  say('The TLS server staples this file to its handshakes. A TLS client that asks for the staple sees:');
  say(`  ${certStatus.type}, verified, ${staple.length} bytes, the same as in domain.ocsp`);
}

async function revoke({ world, say, restaple }: Stage): Promise<void> {
  const { files } = world;
  const before = await readFile(files.staple);
  world.revoke();
  say(
    'The key of domain.crt is stolen. The CA revokes the certificate, and has the CDN forget the old answer:',
  );
  expectExit(await restaple(['fetch', files.certificate, ...INSIDE]), 1);
  if (!before.equals(await readFile(files.staple))) throw new Error('the staple was touched');
  say('That was exit code 1, for cron and scripts to see. domain.ocsp is as it was, byte for byte.');
}

function expectExit(actual: number, expected: number): void {
  if (actual !== expected) throw new Error(`exit code ${actual} where the story has ${expected}`);
}
