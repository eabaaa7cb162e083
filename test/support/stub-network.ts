/**
 * A network of the test's own for a program that runs in Node: names have the addresses that a script says, one answer
 * after the other, and what is dialled is written down. 8.8.8.8 stands for the public internet: who dials it comes to
 * the same port of this machine. Nothing leaves the machine by a name.
 */
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

export const PUBLIC = '8.8.8.8';

/** Of each name the answers of its DNS in turn, the last for good; `*` is every other name. */
export type DnsScript = Readonly<Record<string, readonly (readonly string[])[]>>;

export interface StubNetwork {
  /** For the environment of the program. */
  readonly env: Readonly<Record<string, string>>;
  /** `lookup NAME` and `dial ADDRESS`, in the order in which they came. */
  events(): Promise<readonly string[]>;
}

/** Below node:net, where a connection has an address and nothing else: there is no later moment to change it. */
const PRELOAD = `
const dns = require('node:dns');
const { isIP } = require('node:net');
const { appendFileSync } = require('node:fs');
const { TCP } = process.binding('tcp_wrap');
const os = require('node:os');
const script = JSON.parse(process.env.STUB_DNS);
const own = JSON.parse(process.env.STUB_OWN);
os.networkInterfaces = () => ({ eth0: own.map((address) => ({ address, family: 'IPv4', internal: false })) });
const note = (event) => appendFileSync(process.env.STUB_LOG, event + '\\n');
dns.lookup = (name, options, callback) => {
  note('lookup ' + name);
  const answers = script[name] ?? script['*'];
  const addresses = answers.length > 1 ? answers.shift() : answers[0];
  const found = addresses.map((address) => ({ address, family: isIP(address) }));
  process.nextTick(() => {
    if (options.all) callback(null, found);
    else callback(null, found[0].address, found[0].family);
  });
};
for (const method of ['connect', 'connect6']) {
  const dial = TCP.prototype[method];
  TCP.prototype[method] = function (request, address, port) {
    note('dial ' + address);
    return dial.call(this, request, address === '${PUBLIC}' ? '127.0.0.1' : address, port);
  };
}
`;

let networks = 0;

/** `dir` takes its files; `own` are the addresses of the machine in this network. */
export async function stubNetwork(
  dir: string,
  dns: DnsScript,
  own: readonly string[] = [],
): Promise<StubNetwork> {
  networks += 1;
  const preload = join(dir, `network-${networks}.cjs`);
  const log = join(dir, `network-${networks}.log`);
  await writeFile(preload, PRELOAD);
  await writeFile(log, '');
  return {
    env: {
      NODE_OPTIONS: `--require ${preload}`,
      STUB_DNS: JSON.stringify(dns),
      STUB_OWN: JSON.stringify(own),
      STUB_LOG: log,
    },
    events: async () => (await readFile(log, 'utf8')).split('\n').slice(0, -1),
  };
}
