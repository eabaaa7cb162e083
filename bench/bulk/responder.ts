/**
 * A program: the responders of a PKI of `pki.ts` in one process, which sign nothing and look only at the request line and
 * the length of a body: bytes come, the answer made beforehand goes. So they are no bottleneck for anybody who verifies.
 *
 * `responder.js PKI.json LATENCY_MS`: says `ready` on a line when it listens, and ends with its standard input.
 */
import { readFileSync } from 'node:fs';
import { type Socket, createServer } from 'node:net';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { createRequest, decodeOCSPRequest } from '../../src/ocsp/ocsp-request.ts';
import { parseCertificates } from '../../src/x509/bundle.ts';
import { type BulkPki, FIRST_SERIAL } from './pki.ts';

const END_OF_HEAD = '\r\n\r\n';

/** By the path of a GET, and by the body of a POST in base64. */
function answersOf(pki: BulkPki): Map<string, Buffer> {
  const file = readFileSync(pki.answers);
  const [issuer] = parseCertificates(readFileSync(pki.issuer));
  if (!issuer) throw new Error('the PKI has no issuer');
  const answers = new Map<string, Buffer>();
  let at = 0;
  for (let i = 0; i < pki.count; i++) {
    const end = at + 4 + file.readUInt32BE(at);
    const answer = httpAnswer(file.subarray(at + 4, end));
    const serialNumber = serialOf(i);
    const asked = { issuer: issuer.subject, serialNumber, notAfter: new Date() };
    const request = createRequest(createCertID(asked, issuer)).toString('base64');
    answers.set(`/${encodeURIComponent(request)}`, answer);
    answers.set(request, answer);
    answers.set(serialNumber.toString('hex'), answer);
    at = end;
  }
  return answers;
}

function serialOf(index: number): Buffer {
  const serial = Buffer.alloc(4);
  serial.writeUInt32BE(FIRST_SERIAL + index);
  return serial;
}

function httpAnswer(der: Buffer): Buffer {
  const head = `HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\nContent-Length: ${der.length}\r\n\r\n`;
  return Buffer.concat([Buffer.from(head), der]);
}

/** For requests that are spelt otherwise: with a nonce, or with the parameters of the hash left out. */
function bySerial(answers: ReadonlyMap<string, Buffer>, body: Buffer): Buffer | undefined {
  const [first] = decodeOCSPRequest(body).tbsRequest.requestList;
  return answers.get(first?.reqCert.serialNumber.toString('hex') ?? '');
}

function serve(socket: Socket, answers: ReadonlyMap<string, Buffer>, latencyMs: number): void {
  let left = Buffer.alloc(0);
  const reply = (answer: Buffer | undefined, closing: boolean): void => {
    const bytes = answer ?? Buffer.from('HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n');
    const send = (): void => {
      if (closing) socket.end(bytes);
      else socket.write(bytes);
    };
    if (latencyMs === 0) send();
    else setTimeout(send, latencyMs);
  };
  socket.setNoDelay(true);
  socket.on('error', () => socket.destroy());
  socket.on('data', (chunk) => {
    left = left.length === 0 ? chunk : Buffer.concat([left, chunk]);
    for (;;) {
      const end = left.indexOf(END_OF_HEAD);
      if (end === -1) return;
      const head = left.toString('latin1', 0, end);
      const bodyAt = end + END_OF_HEAD.length;
      const size = Number(/^content-length: *(\d+)/im.exec(head)?.[1] ?? 0);
      if (left.length < bodyAt + size) return;
      const body = left.subarray(bodyAt, bodyAt + size);
      left = left.subarray(bodyAt + size);
      // `openssl ocsp` speaks HTTP/1.0 and waits for the end.
      const closing = /^[^\r]*HTTP\/1\.0/.test(head) || /^connection: *close/im.test(head);
      const key = head.startsWith('GET ') ? head.slice(4, head.indexOf(' ', 4)) : body.toString('base64');
      reply(answers.get(key) ?? (size > 0 ? bySerial(answers, body) : undefined), closing);
    }
  });
}

const [, , description = '', latency = '0'] = process.argv;
const pki: BulkPki = JSON.parse(readFileSync(description, 'utf8'));
const answers = answersOf(pki);
const servers = pki.ports.map((port) =>
  createServer((socket) => serve(socket, answers, Number(latency))).listen(port, '127.0.0.1', 1024),
);
await Promise.all(servers.map((server) => new Promise((resolve) => server.once('listening', resolve))));
process.stdout.write('ready\n');
process.stdin.on('end', () => process.exit(0)).resume();
