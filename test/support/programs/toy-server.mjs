/**
 * A TLS server that takes staples as nginx does: `node toy-server.mjs [-t] CONFIG`, where CONFIG is JSON. It reads all at the
 * start and on SIGHUP; with -t it says whether it could.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:tls';

const args = process.argv.slice(2);
const path = args.at(-1);

function load() {
  const config = JSON.parse(readFileSync(path, 'utf8'));
  let isOn = false;
  try {
    isOn = readFileSync(`${config.staple}.conf`, 'utf8').includes('ssl_stapling on');
  } catch {}
  const staple = isOn ? readFileSync(config.staple) : null;
  if (config.broken) throw new Error('unknown directive "brokn"');
  if (staple && (staple[0] !== 0x30 || config.hated === staple.toString('base64')))
    throw new Error(`"${config.staple}" cannot be loaded`);
  return { ...config, staple };
}

if (args[0] === '-t') {
  try {
    load();
    process.exit(0);
  } catch (error) {
    console.error(`toy: ${error.message}`);
    process.exit(1);
  }
}

let current = load();
const server = createServer(
  { cert: readFileSync(current.cert), key: readFileSync(current.key) },
  (socket) => {
    socket.on('error', () => {});
    socket.end('hello\n');
  },
);
server.on('tlsClientError', () => {});
server.on('OCSPRequest', (_certificate, _issuer, done) => done(null, current.staple));
process.on('SIGHUP', () => (current = load()));
server.listen(current.port, '127.0.0.1', () => {
  writeFileSync(current.pid, `${process.pid}\n`);
  console.log('ready');
});
