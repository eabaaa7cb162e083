/** Traffic Server in a directory of its own, with one certificate (chain.pem and key.pem), in front of a web server. */
import { chmod, mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { Command } from '../../../src/servers/adapter.ts';
import { createTrafficServer } from '../../../src/servers/trafficserver.ts';
import { peer } from '../../support/peers.ts';
import { type Program, startProgram } from '../../support/programs/program.ts';

/** For ever, or nearly. */
const NEVER_ASK = 2_000_000_000;

export interface TrafficServerWorld {
  readonly staples: string;
  /** The usual one of the adapter, for this place. */
  readonly reload: Command;
  /** @param cacheTimeout after so many seconds it asks responders by itself, and looks every second whether it is so. */
  start(originPort: number, cacheTimeout?: number): Promise<Program>;
}

/** @param path traffic_manager; `dir` is where certificate and key are. */
export async function makeTrafficServer(path: string, dir: string): Promise<TrafficServerWorld> {
  const root = join(dir, 'root');
  const staples = join(dir, 'staples');
  await chmod(dir, 0o755);
  await mkdir(staples, { recursive: true });
  for (const name of ['', 'etc', 'run', 'log', 'cache', 'share']) await mkdir(join(root, name));
  const put = (name: string, text: string): Promise<void> => writeFile(join(root, name), text);
  const names = 'ssl_cert_name=chain.pem ssl_key_name=key.pem ssl_ocsp_name=chain.ocsp';
  await put('etc/ssl_multicert.config', `dest_ip=* ${names}\n`);
  await put('etc/storage.config', '');
  await put('etc/plugin.config', '');
  const allowed = 'ip_allow: [{ apply: in, ip_addrs: 127.0.0.1, action: allow, methods: ALL }]\n';
  await put('etc/ip_allow.yaml', allowed);
  await put('runroot.yaml', places(root));
  return {
    staples,
    reload: reloadIn(root),
    async start(originPort, cacheTimeout = NEVER_ASK) {
      await put('etc/remap.config', `map / http://127.0.0.1:${originPort}/\n`);
      return startProgram(path, async (port) => {
        const settings = [
          `http.server_ports STRING ${port}:ssl:ip-in=127.0.0.1`,
          'admin.user_id STRING #-1',
          'http.cache.http INT 0',
          `ssl.server.cert.path STRING ${dir}`,
          `ssl.server.private_key.path STRING ${dir}`,
          'ssl.ocsp.enabled INT 1',
          `ssl.ocsp.response.path STRING ${staples}`,
          `ssl.ocsp.cache_timeout INT ${cacheTimeout}`,
          'ssl.ocsp.update_period INT 1',
        ];
        await put('etc/records.config', settings.map((one) => `CONFIG proxy.config.${one}\n`).join(''));
        return [`--run-root=${root}`, '--nosyslog'];
      });
    },
  };
}

function reloadIn(root: string): Command {
  const none = { socket: undefined, dir: undefined, check: undefined, reload: undefined };
  const [program = '', ...args] = createTrafficServer(none).reload ?? [];
  const control = `${peer('traffic_ctl')} --run-root=${root}`;
  return [
    program,
    ...args.map((word) =>
      word.replace('/etc/trafficserver/', `${root}/etc/`).replace('/usr/bin/traffic_ctl', control),
    ),
  ];
}

function places(root: string): string {
  const all = {
    prefix: root,
    exec_prefix: root,
    bindir: '/usr/bin',
    sbindir: '/usr/sbin',
    sysconfdir: `${root}/etc`,
    datadir: `${root}/share`,
    includedir: '/usr/include',
    libdir: '/usr/lib/trafficserver',
    libexecdir: '/usr/lib/trafficserver/modules',
    localstatedir: root,
    runtimedir: `${root}/run`,
    logdir: `${root}/log`,
    cachedir: `${root}/cache`,
  };
  return Object.entries(all)
    .map(([name, place]) => `${name}: ${place}\n`)
    .join('');
}
