/** `openssl ocsp` as the responder: the one that most administrators have tried first. */
import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CertStatus } from '../../src/ocsp/cert-status.ts';
import { crlReasonName } from '../../src/ocsp/cert-status.ts';
import { formatGeneralizedTime } from '../../src/der/time.ts';
import { hex } from '../../src/text.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import type { PkiFiles } from './files.ts';

/** What it knows about one certificate. One that is not in its index is unknown to it. */
export interface IndexEntry {
  readonly certificate: Certificate;
  readonly status: Exclude<CertStatus, { readonly type: 'unknown' }>;
}

export interface OpensslResponder {
  readonly port: number;
  readonly url: string;
  /** Ends the process and waits until it is gone. */
  stop(): Promise<void>;
}

/**
 * Starts it on a free port with the delegate as its signer and `args` behind the usual arguments; `openssl` is the
 * path of the program. Resolves when it takes requests.
 *
 * It serves one client after the other and for good stops answering once somebody connects and sends nothing, so
 * nothing here probes its port: it says itself when it is ready, and on which port.
 */
export async function startOpensslResponder(
  openssl: string,
  files: PkiFiles,
  entries: readonly IndexEntry[],
  args: readonly string[] = ['-ndays', '1'],
): Promise<OpensslResponder> {
  const index = join(files.dir, 'index.txt');
  await writeFile(index, entries.map((entry) => indexLine(entry)).join(''));
  const { delegate, delegateKey, issuer } = files;
  const child = spawn(
    openssl,
    [
      'ocsp',
      '-index',
      index,
      '-port',
      '0',
      '-rsigner',
      delegate,
      '-rkey',
      delegateKey,
      '-CA',
      issuer,
      ...args,
    ],
    { stdio: ['ignore', 'pipe', 'pipe'] },
  );
  const port = await portOf(child);
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    async stop() {
      if (child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'exit');
      child.kill();
      await gone;
    },
  };
}

/** `ACCEPT [::]:PORT PID=…` on standard output, then `waiting for OCSP client connections...` on standard error. */
function portOf(child: ChildProcess): Promise<number> {
  return new Promise((resolve, reject) => {
    let said = '';
    const listen = (chunk: Buffer): void => {
      said += chunk.toString();
      const port = /^ACCEPT .*:(\d+)\b/m.exec(said)?.[1];
      if (port !== undefined && said.includes('waiting for OCSP client connections')) resolve(Number(port));
    };
    child.stdout?.on('data', listen);
    child.stderr?.on('data', listen);
    child.once('error', reject);
    child.once('exit', (code) => reject(new Error(`openssl ocsp ended with ${code}: ${said}`)));
  });
}

/**
 * A line of the index that `openssl ca` keeps: status, expiry, revocation time and reason, serial number, file name,
 * subject, with tabs between them. Nothing but status, revocation and serial number is looked at.
 */
function indexLine({ certificate, status }: IndexEntry): string {
  const revoked = status.type === 'revoked';
  const reason = revoked && status.reason !== undefined ? `,${crlReasonName(status.reason)}` : '';
  const revocation = revoked ? `${utcTime(status.revocationTime)}${reason}` : '';
  const serial = hex(certificate.serialNumber).replace(/^00/, '');
  return `${[revoked ? 'R' : 'V', utcTime(certificate.notAfter), revocation, serial, 'unknown', '/CN=x'].join('\t')}\n`;
}

const utcTime = (date: Date): string => formatGeneralizedTime(date).slice(2);
