/**
 * What Node takes at least: the same parts in a bare loop. Certificates read and checked against their issuer, requests
 * over kept connections, answers verified by the same code, a temporary file and a rename. No time-out, retry, limit, proxy,
 * address rule or care for what is on disk: it is no program for use.
 *
 * `floor.js CERTIFICATES ISSUER OUT`, in as many threads as there are cores, two at most.
 */
import { closeSync, openSync, readFileSync, readdirSync, renameSync, writeSync } from 'node:fs';
import { type Socket, connect } from 'node:net';
import { availableParallelism } from 'node:os';
import { fileURLToPath } from 'node:url';
import { Worker, isMainThread, workerData } from 'node:worker_threads';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { verifyResponse } from '../../src/ocsp/verify-response.ts';
import { ocspUrls } from '../../src/x509/authority-info-access.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { verifyIssuedBy } from '../../src/x509/verify-signature.ts';

interface Task {
  readonly name: string;
  readonly certificate: Certificate;
  readonly port: number;
  readonly head: string;
}

/** Asks about a certificate over a connection that is free. */
type Ask = (task: Task) => void;

/** Of one port. */
interface Lines {
  readonly idle: Ask[];
  readonly waiting: Task[];
}

interface Share {
  readonly places: readonly string[];
  readonly threads: number;
  readonly index: number;
}

/** Of all threads together. */
const PER_PORT = 8;
/** The certificates name the ports by turns, so it is never many more than a turn. */
const MOST_ASIDE = 64;
const HEAD_END = '\r\n\r\n';

function run({ places: [certificates = '', issuerPath = '', out = ''], threads, index }: Share): void {
  const [issuer] = parseCertificates(readFileSync(issuerPath));
  if (!issuer) throw new Error(`no certificate in ${issuerPath}`);
  const names = readdirSync(certificates).filter((_, i) => i % threads === index);
  const sockets: Socket[] = [];
  let left = names.length;
  let aside = 0;

  const load = (name: string): Task => {
    const [certificate] = parseCertificates(readFileSync(`${certificates}/${name}`));
    if (!certificate || verifyIssuedBy(certificate, issuer, { allowSha1: false }))
      throw new Error(`${name} is not of the issuer`);
    const url = new URL(ocspUrls(certificate)[0] ?? '');
    const request = createRequest(createCertID(certificate, issuer), []).toString('base64');
    const path = `/${encodeURIComponent(request)}`;
    const head = `GET ${path} HTTP/1.1\r\nHost: ${url.host}\r\nAccept: application/ocsp-response\r\n\r\n`;
    return { name, certificate, port: Number(url.port), head };
  };

  const write = ({ name, certificate }: Task, body: Buffer): void => {
    verifyResponse(body, { certificate, issuer, now: new Date() });
    const path = `${out}/${name.replace('.crt', '.ocsp')}`;
    const file = openSync(`${path}.tmp`, 'wx', 0o644);
    writeSync(file, body);
    closeSync(file);
    renameSync(`${path}.tmp`, path);
  };

  const open = (port: number): Ask => {
    let task: Task | undefined;
    let received = Buffer.alloc(0);
    const buffer = Buffer.allocUnsafeSlow(16 * 1024);
    const callback = (bytes: number): boolean => {
      received = Buffer.concat([received, buffer.subarray(0, bytes)]);
      const end = received.indexOf(HEAD_END) + HEAD_END.length;
      if (end < HEAD_END.length) return true;
      const length = Number(/content-length: *(\d+)/i.exec(received.toString('latin1', 0, end))?.[1]);
      if (received.length < end + length) return true;
      if (task) write(task, received.subarray(end, end + length));
      received = Buffer.alloc(0);
      left -= 1;
      if (left === 0) for (const one of sockets) one.destroy();
      const next = linesOf(port).waiting.shift();
      if (next) {
        aside -= 1;
        ask(next);
      } else linesOf(port).idle.push(ask);
      fill();
      return true;
    };
    const socket: Socket = connect({ port, host: '127.0.0.1', noDelay: true, onread: { buffer, callback } });
    sockets.push(socket);
    const ask: Ask = (given) => {
      task = given;
      socket.write(given.head, 'latin1');
    };
    return ask;
  };

  const lines = new Map<number, Lines>();
  const linesOf = (port: number): Lines => {
    const before = lines.get(port);
    if (before) return before;
    const made: Lines = { idle: Array.from({ length: PER_PORT / threads }, () => open(port)), waiting: [] };
    lines.set(port, made);
    return made;
  };

  const fill = (): void => {
    while (aside < MOST_ASIDE) {
      const name = names.pop();
      if (name === undefined) return;
      const task = load(name);
      const { idle, waiting } = linesOf(task.port);
      const ask = idle.pop();
      if (ask) ask(task);
      else {
        waiting.push(task);
        aside += 1;
      }
    }
  };
  fill();
}

if (isMainThread) {
  const places = process.argv.slice(2);
  const threads = Math.min(2, availableParallelism());
  for (let index = 1; index < threads; index++) {
    const share: Share = { places, threads, index };
    const other = new Worker(fileURLToPath(import.meta.url), { workerData: share });
    other.on('error', (error) => {
      throw error;
    });
  }
  run({ places, threads, index: 0 });
} else run(workerData);
