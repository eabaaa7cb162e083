/** Many certificates of one issuer, and responders that count how many ask at the same time. */
import { type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { answerRequest } from '../../src/demo/pki/answer.ts';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { certificatesPem } from '../support/files.ts';
import { bodyOf, close, listen } from '../support/loopback.ts';
import { type TestPki, shift } from '../support/pki.ts';
import { serverCertificate } from './world.ts';

const HOUR = 3_600_000;
/** How long a full house waits for one more who should not come. */
const WATCH_MS = 300;

export interface Crowd {
  readonly urls: readonly string[];
  /** The most requests at one time, in all and at one responder. */
  readonly peak: { readonly all: number; readonly one: number };
  /** Requests so far. */
  readonly count: number;
  /** Keeps every answer back from now on until so many requests wait for one, and sets the peaks to nothing. */
  gather(size: number): void;
  /** Resolves when so many more requests have come. */
  after(more: number): Promise<void>;
  close(): Promise<void>;
}

/** Starts `responders` of them, which say good about every certificate of the issuer. */
export async function startCrowd(pki: TestPki, responders: number): Promise<Crowd> {
  const inside = Array.from({ length: responders }, () => 0);
  const total = (): number => inside.reduce((sum, n) => sum + n, 0);
  const peak = { all: 0, one: 0 };
  const waiting = new Map<number, () => void>();
  let [count, size] = [0, 0];
  let open: (() => void) | undefined;
  let gate = Promise.resolve();

  const enter = async (index: number): Promise<void> => {
    inside[index] = (inside[index] ?? 0) + 1;
    count += 1;
    waiting.get(count)?.();
    peak.all = Math.max(peak.all, total());
    peak.one = Math.max(peak.one, inside[index]);
    if (size > 0 && total() >= size) {
      size = 0;
      void sleep(WATCH_MS).then(() => open?.());
    }
    await gate;
  };

  const serve = async (index: number, incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    await enter(index);
    const path = decodeURIComponent((incoming.url ?? '/').slice(1));
    const der = answerRequest(incoming.method === 'GET' ? Buffer.from(path, 'base64') : body, {
      issuer: pki.issuer.certificate,
      signer: pki.delegate,
      statusOf: () => ({ type: 'good' }),
      thisUpdate: shift(pki.now, -HOUR),
      nextUpdate: shift(pki.now, HOUR),
    });
    inside[index] = (inside[index] ?? 0) - 1;
    outgoing.writeHead(200, { 'Content-Type': 'application/ocsp-response' }).end(der);
  };

  const servers = inside.map((_, index) =>
    createServer((incoming, outgoing) => void serve(index, incoming, outgoing)),
  );
  const ports = await Promise.all(servers.map((server) => listen(server)));
  return {
    urls: ports.map((port) => `http://127.0.0.1:${port}/`),
    peak,
    get count() {
      return count;
    },
    gather(wanted) {
      size = wanted;
      Object.assign(peak, { all: 0, one: 0 });
      gate = new Promise((resolve) => (open = resolve));
    },
    after: (more) => new Promise((resolve) => waiting.set(count + more, resolve)),
    async close() {
      await Promise.all(servers.map((server) => close(server)));
    },
  };
}

export interface Site {
  readonly entity: Entity;
  readonly cert: string;
  readonly staple: string;
}

/** Writes `count` server certificates into a new directory, `site0000.crt` and on, which name these responders in turn. */
export async function writeSites(
  dir: string,
  pki: TestPki,
  urls: readonly string[],
  count: number,
): Promise<readonly Site[]> {
  await mkdir(dir);
  const sites: Site[] = [];
  for (let i = 0; i < count; i++) {
    const title = `site${String(i).padStart(4, '0')}`;
    const ocspUrls = urls.slice(i % urls.length).slice(0, 1);
    const entity = serverCertificate(pki, `${title}.example.test`, { serial: 0x10000 + i, ocspUrls });
    const cert = join(dir, `${title}.crt`);
    await writeFile(cert, certificatesPem(entity));
    sites.push({ entity, cert, staple: join(dir, `${title}.ocsp`) });
  }
  return sites;
}
