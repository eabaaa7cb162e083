/** What the responder can do: requests over 64 connections, one under way on each, the answers only counted. */
import { connect } from 'node:net';
import { ocspGetUrl } from '../../src/http/ocsp-get.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { readFileSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { BulkPki } from './pki.ts';

const CONNECTIONS = 64;
const REQUESTS = 20_000;

/** Answers a second; the process that asks takes its share of the cores, so it is a lower bound. */
export async function ceiling(pki: BulkPki): Promise<number> {
  const requests = questions(pki);
  let sent = 0;
  const start = performance.now();
  await Promise.all(
    Array.from({ length: CONNECTIONS }, (_, i) =>
      converse(pki.ports[i % pki.ports.length] ?? 0, () =>
        sent++ < REQUESTS ? requests[sent % requests.length] : undefined,
      ),
    ),
  );
  return (REQUESTS * 1000) / (performance.now() - start);
}

function questions({ certificates, issuer: path }: BulkPki): readonly Buffer[] {
  const [issuer] = parseCertificates(readFileSync(path));
  const names = readdirSync(certificates).slice(0, 1000);
  return names.flatMap((name) => {
    const [leaf] = parseCertificates(readFileSync(join(certificates, name)));
    if (!leaf || !issuer) return [];
    const { pathname } = ocspGetUrl(new URL('http://localhost/'), createRequest(createCertID(leaf, issuer)));
    return [Buffer.from(`GET ${pathname} HTTP/1.1\r\nHost: localhost\r\n\r\n`)];
  });
}

function converse(port: number, next: () => Buffer | undefined): Promise<void> {
  return new Promise((resolve, reject) => {
    const socket = connect(port, '127.0.0.1');
    let wanted = 0;
    let had = 0;
    const ask = (): void => {
      const request = next();
      [wanted, had] = [0, 0];
      if (request) socket.write(request);
      else socket.end(() => resolve());
    };
    socket.setNoDelay(true);
    socket.once('connect', ask).once('error', reject);
    socket.on('data', (chunk) => {
      if (wanted === 0) {
        const end = chunk.indexOf('\r\n\r\n') + 4;
        const head = chunk.toString('latin1', 0, end);
        if (!head.startsWith('HTTP/1.1 200')) reject(new Error(`the responder answers ${head.slice(0, 40)}`));
        wanted = end + Number(/content-length: (\d+)/i.exec(head)?.[1]);
      }
      had += chunk.length;
      if (had >= wanted) ask();
    });
  });
}
