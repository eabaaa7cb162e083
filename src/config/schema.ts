/** Every key of the config, with its value, its bounds and what stands for it when it is absent. */
import { z } from 'zod';
import { attempt } from '../attempt.ts';
import { connectTo, resolveTo } from '../http/detour-text.ts';
import { host, httpUrl } from '../http/option-text.ts';
import { proxyChoice } from '../http/proxy-choice.ts';
import { LISTEN_FORM, parseListen } from '../relay/front/listen.ts';
import { NETWORK_FORM, parseNetwork } from '../relay/front/networks.ts';
import { nameKey } from '../x509/name-text.ts';
import type { ConfigShape } from './shape.ts';
import {
  address,
  anyDuration,
  command,
  count,
  duration,
  flag,
  headers,
  key,
  mapping,
  path,
  percentage,
  section,
  several,
  text,
  word,
} from './values.ts';

/** No more than these are ever asked for one certificate (`src/staple/fetch-response.ts`). */
const MAX_URLS = 8;

const url = text('an http or https URL', httpUrl, { format: 'uri' });
const proxy = text(
  'http, https, socks5 or socks5h://HOST:PORT, or "" for none',
  (value) => attempt(() => proxyChoice(value, {})) && value,
);

/** It stands in the log and in commands of people: nothing that would have to be quoted there. */
const serverName = (value: string): string | undefined =>
  /^[A-Za-z0-9][A-Za-z0-9._-]{0,63}$/.test(value) ? value : undefined;

const ROAD = {
  issuer: key(
    several(path(), 'a path'),
    'CA certificates, files or directories, of which the right one is taken as the issuer; absent: the same file, a file beside it, or the URL in the certificate',
    '/etc/ssl/ca.pem',
  ),
  url: key(
    several(url, 'an http or https URL', MAX_URLS),
    'Responders to ask instead of those in the certificate',
    'http://ocsp.example.com',
  ),
  header: key(headers, 'HTTP headers to send, Host included', { Host: 'ocsp.example.com' }),
  'connect-to': key(
    several(text('HOST:PORT:HOST2:PORT2, each part may be empty', connectTo), 'HOST:PORT:HOST2:PORT2'),
    'Connect to the second place instead of the first, as curl does',
    'ocsp.example.com:80:10.0.0.7:8080',
  ),
  resolve: key(
    several(text('HOST:PORT:ADDRESS[,ADDRESS...]', resolveTo), 'HOST:PORT:ADDRESS[,ADDRESS...]'),
    'Take this for the addresses of a host, as curl does',
    'ocsp.example.com:80:10.0.0.7',
  ),
  proxy: key(
    proxy,
    'Ask through this proxy, http, https, socks5 or socks5h; "" uses none; absent: what the environment says',
    'http://proxy:3128',
  ),
  cacert: key(
    several(path(), 'a path'),
    'CA certificates that vouch for https servers, in place of the public ones',
    '/etc/ssl/private-root.pem',
  ),
  trust: key(
    several(path(), 'a path'),
    'Certificates that may sign responses although the issuer did not delegate to them',
    '/etc/ssl/responder.pem',
  ),
  hash: key(word('sha1', 'sha256'), 'Hash of the CertID', 'sha256', 'sha1'),
  method: key(word('auto', 'get', 'post'), 'How requests are sent', 'post', 'auto'),
  'allow-private': key(flag, 'Let certificates name loopback, private and link-local addresses', true, false),
  'allow-host': key(
    several(text('a host name or an IP address', host), 'a host name or an IP address'),
    'Let certificates name these hosts, wherever they are',
    ['ocsp.internal'],
  ),
  'allow-sha1': key(flag, 'Accept SHA-1 signatures', true, false),
  'max-age': key(
    anyDuration('a duration such as 45s, 4h or 7d'),
    'Refuse a response whose thisUpdate is older',
    '7d',
  ),
  'allow-no-next-update': key(flag, 'Accept a response without nextUpdate, until max-age', true, false),
};

const POLICY = {
  'refresh-at': key(
    percentage(10, 75),
    "When a staple's successor is asked for, as a part of its life",
    '40%',
    '50%',
  ),
  spread: key(percentage(0, 10), 'How far to either side of that certificates are spread', '2%', '5%'),
  'retry-first': key(duration('1s', '1h'), 'The longest wait after the first failure', '1m', '30s'),
  'retry-max': key(duration('30s', '1d'), 'The longest wait after any failure', '30m', '1h'),
  'alarm-warning': key(
    percentage(10, 100),
    'The part of its life after which a staple is a warning',
    '80%',
    '75%',
  ),
  'alarm-critical': key(
    percentage(10, 100),
    'The part of its life after which a staple is critical',
    '95%',
    '90%',
  ),
  'alarm-critical-left': key(duration('1m', '7d'), 'Critical, too, when less than this is left', '12h', '6h'),
  'connect-timeout': key(duration('100ms', '1m'), 'The longest wait for a connection', '2s', '5s'),
  'answer-timeout': key(duration('1s', '5m'), 'The longest wait for an answer', '10s', '15s'),
  timeout: key(duration('1s', '10m'), 'The longest wait for a staple, over all its responders', '1m', '45s'),
};

const CERTIFICATE = {
  output: key(
    path('a path, or off'),
    'The file for the staple; only where files is one certificate file. off: no file at all, for what only the relay gives out',
    '/etc/haproxy/certs/site.ocsp',
  ),
  'out-dir': key(
    path(),
    'The directory for the staples; absent: the out-dir of the top level',
    '/var/lib/restaple/staples',
  ),
  server: key(
    several(text('the name of a server', serverName), 'the name of a server'),
    'The servers, by their names under servers, that the staple is for: it goes where they look for it, in place of out-dir',
    'nginx',
  ),
  policy: section(
    mapping(POLICY),
    'What is different for these certificates from the policy of the top level',
  ),
  ...ROAD,
};

const files = several(path('a file, directory or glob pattern'), 'a file, directory or glob pattern').meta({
  description: 'Certificate files, directories and glob patterns; always there',
  sample: ['/etc/letsencrypt/live/*/fullchain.pem', '/etc/ssl/sites'],
});

const SERVER_TYPE = word('nginx', 'haproxy', 'hitch', 'lighttpd', 'exim', 'trafficserver', 'envoy').meta({
  description: 'What it is; always there',
  sample: 'nginx',
});

const SERVER = {
  name: key(
    text('a name', serverName),
    'What it is called by certificates and in the log; absent: its type',
    'web',
  ),
  dir: key(
    path(),
    'The directory where its staples go; haproxy has none, and looks beside its certificates; hitch without it: /var/lib/hitch; always there for the others',
    '/var/lib/restaple/nginx',
  ),
  socket: key(
    path(),
    'The runtime socket of haproxy, by which it takes staples without a reload',
    '/run/haproxy/admin.sock',
  ),
  check: key(command, 'Its check of its configuration, run before each reload; absent: that of the type', [
    '/usr/sbin/nginx',
    '-t',
  ]),
  reload: key(command, 'What makes it read its files again; absent: that of the type', [
    '/usr/sbin/nginx',
    '-s',
    'reload',
  ]),
  address: key(
    several(text('HOST:PORT', address), 'HOST:PORT'),
    'Where to look, by TLS, at what it serves after a staple was published; absent: nowhere',
    '127.0.0.1:443',
  ),
  gather: key(duration('0s', '1h'), 'How long staples are gathered for one reload', '10s', '60s'),
  'reload-at-most': key(
    duration('0s', '1d'),
    'The least time between two reloads, but for a staple that is about to end',
    '1m',
    '5m',
  ),
};

const RELAY = {
  listen: key(
    several(text(LISTEN_FORM, parseListen), LISTEN_FORM),
    'Where servers and other clients ask',
    ['127.0.0.1:2560', '/run/restaple/relay.sock'],
    '127.0.0.1:2560',
  ),
  allow: key(
    several(text(NETWORK_FORM, parseNetwork), NETWORK_FORM),
    'Who may ask from other machines; this one always may',
    ['192.0.2.0/24', '2001:db8::/32'],
  ),
  issuer: key(
    several(path(), 'a path'),
    'CA certificates, files or directories, for whose certificates it answers even when none of them is kept here',
    '/etc/ssl/issuers',
  ),
};

const RESPONDER = {
  url: key(
    url,
    'For certificates that name a responder URL that begins with this',
    'http://ocsp.example.com',
  ),
  issuer: key(
    text('the name of an issuer, such as "C=US, O=Example, CN=R3"', nameKey),
    'For certificates of this issuer, as restaple inspect prints it',
    'C=US, O=Example, CN=R3',
  ),
  use: key(
    several(url, 'an http or https URL', MAX_URLS),
    'Responders to ask instead',
    'http://ocsp.live.example',
  ),
  header: key(headers, 'HTTP headers to send to it, Host included', { Host: 'ocsp.example.com' }),
  disable: key(flag, 'Ask nobody', true, false),
};

const HOOKS = {
  published: key(command, 'Run when a staple has reached the files that servers read', [
    '/usr/local/bin/after-publish',
    '--flag',
  ]),
  failed: key(command, 'Run when a staple could not be had, or does not reach clients', [
    '/usr/local/bin/tell',
    'failed',
  ]),
  alarm: key(command, 'Run when a staple is near its end', ['/usr/local/bin/tell', 'alarm']),
  revoked: key(command, 'Run when a certificate is found to be revoked', ['/usr/local/bin/tell', 'revoked']),
  recovered: key(command, 'Run when all is well again', ['/usr/local/bin/tell', 'recovered']),
  timeout: key(duration('1s', '1h'), 'The longest time that a hook may run', '1m', '30s'),
};

const LOG = {
  format: key(word('auto', 'json', 'text'), 'auto is text on a terminal and JSON elsewhere', 'json', 'auto'),
  level: key(word('debug', 'info', 'warn', 'error'), 'The least that is told', 'warn', 'info'),
};

const policy = mapping({
  ...POLICY,
  requests: key(count(1, 1024), 'Requests at a time in all', 16, 64),
  'requests-per-responder': key(count(1, 256), 'Requests at a time to one responder', 4, 8),
});

const entries = { error: 'a list of mappings' };

const topLevel = <C extends z.ZodType, S extends z.ZodType>(certificate: C, server: S) =>
  mapping({
    version: key(z.literal(1, { error: '1, the only version there is' }), 'The version of this format', 1, 1),
    store: key(path(), 'The directory where staples and issuers are kept', '/var/lib/restaple'),
    'out-dir': key(
      path(),
      'The directory for staples; absent: beside each certificate',
      '/var/lib/restaple/staples',
    ),
    rescan: key(duration('1s', '1h'), 'How often certificates are looked for', '10s', '30s'),
    certificates: section(z.array(certificate, entries), 'The certificates to keep staples for'),
    servers: section(z.array(server, entries), 'The servers that staples are for, and how they take them'),
    defaults: section(mapping(ROAD), 'What holds for every certificate that does not say otherwise'),
    responders: section(
      z.array(mapping(RESPONDER), entries),
      'What is known of responders; the first that fits counts',
    ),
    relay: section(mapping(RELAY), 'Answers servers and clients that ask by themselves; absent: nobody'),
    policy: section(policy, 'When staples are renewed, and when somebody is told'),
    log: section(mapping(LOG), 'What is told, and how'),
    control: key(
      path('a path, or off'),
      'The Unix socket for restaple status and restaple refresh; off: none',
      '/run/restaple/control.sock',
    ),
    hooks: section(mapping(HOOKS), 'Programs to run when something happens; never through a shell'),
  });

export const configSchema: z.ZodType<ConfigShape> = topLevel(
  mapping({ files, ...CERTIFICATE }),
  mapping({ type: SERVER_TYPE, ...SERVER }),
);

/** For what is left of a config when all that is wrong is cut out. */
export const remainsSchema: z.ZodType<ConfigShape> = topLevel(
  mapping({ files: files.optional(), ...CERTIFICATE }),
  mapping({ type: SERVER_TYPE.optional(), ...SERVER }),
);

/** Where each key is known: for those who write one in the wrong place. */
export const HOMES: readonly (readonly [place: string, keys: readonly string[]])[] = [
  ['the top level', Object.keys(topLevel(z.unknown(), z.unknown()).shape)],
  ['an entry of certificates', ['files', ...Object.keys(CERTIFICATE)]],
  ['the policy of the top level', Object.keys(policy.shape)],
  ['log', Object.keys(LOG)],
  ['hooks', Object.keys(HOOKS)],
  ['an entry of servers', ['type', ...Object.keys(SERVER)]],
  ['an entry of responders', Object.keys(RESPONDER)],
  ['relay', Object.keys(RELAY)],
];
