/**
 * A program: a TLS server on loopback that staples in the way that is its first argument, or not at all. It says its port
 * on one line, its processor time in microseconds for each line that it is sent, and ends with its standard input.
 */
import { readFileSync } from 'node:fs';
import { createInterface } from 'node:readline';
import { type Server, createServer } from 'node:tls';
import { fetchStaple } from '../src/staple/fetch-staple.ts';
import { attachStapling } from '../src/tls/index.ts';
import { listen } from '../test/support/loopback.ts';
import { loadOcsp } from './ocsp-peer.ts';

async function staple(server: Server, way: string, chain: Buffer): Promise<void> {
  if (way === 'restaple')
    await attachStapling(server, { http: { allowPrivate: true }, certificates: [chain] }).ready;
  if (way === 'ocsp') stapleByOcsp(server);
  if (way === 'bytes') {
    const bytes = await fetchStaple(chain, { http: { allowPrivate: true } });
    server.on('OCSPRequest', (_certificate, _issuer, answer) => answer(null, bytes.der));
  }
}

/** As its README has it. */
function stapleByOcsp(server: Server): void {
  const ocsp = loadOcsp();
  if (!ocsp) throw new Error('npm ocsp is not installed');
  const cache = new ocsp.Cache();
  server.on('OCSPRequest', (certificate, issuer, answer) => {
    ocsp.getOCSPURI(certificate, (error, url) => {
      if (error || url === null) {
        answer(error, null);
        return;
      }
      const { id, data } = ocsp.request.generate(certificate, issuer);
      cache.probe(id, (failure, cached) => {
        if (failure) answer(failure, null);
        else if (cached !== false) answer(null, cached.response);
        else cache.request(id, { url, ocsp: data }, answer);
      });
    });
  });
}

const [, , way = '', chainFile = '', keyFile = ''] = process.argv;
const chain = readFileSync(chainFile);
const server = createServer({ cert: chain, key: readFileSync(keyFile) }, (socket) => {
  socket.on('error', () => socket.destroy()).resume();
});
await staple(server, way, chain);
process.stdout.write(`${await listen(server)}\n`);
const input = createInterface({ input: process.stdin });
input.on('line', () => {
  const { user, system } = process.cpuUsage();
  process.stdout.write(`${user + system}\n`);
});
input.on('close', () => process.exit());
