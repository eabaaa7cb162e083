/** Proxies on loopback that do what real ones do, and remember what they were asked for. */
import { type Server, createServer as createHttpServer, request as httpRequest } from 'node:http';
import { createServer as createHttpsServer } from 'node:https';
import { type Socket, connect, createServer as createNetServer } from 'node:net';
import type { Duplex } from 'node:stream';
import { listen } from './loopback.ts';

export interface Proxy {
  readonly port: number;
  /** `GET http://…/`, `CONNECT host:port` or `SOCKS host:port`, oldest first. */
  readonly asked: string[];
  close(): Promise<void>;
}

/** Every name leads to this machine, as the DNS of the proxy has it. */
const there = (host: string): string => (/^[\d.]+$/.test(host) ? host : '127.0.0.1');

export interface HttpProxyOptions {
  /** `user:password`, without which it answers 407. */
  readonly credentials?: string;
  /** PEM: makes it a proxy that is spoken to in TLS. */
  readonly tls?: { readonly key: string; readonly cert: string };
  /** What it answers to CONNECT instead of making a tunnel. */
  readonly refuseTunnels?: string;
}

export async function startHttpProxy(options: HttpProxyOptions = {}): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const { credentials, tls } = options;
  const wanted = credentials && `Basic ${Buffer.from(credentials).toString('base64')}`;
  const server: Server = tls ? createHttpsServer(tls) : createHttpServer();
  server.on('connection', (socket: Socket) => sockets.add(socket.on('error', () => socket.destroy())));
  server.on('request', (incoming, outgoing) => {
    const { method = '', url = '', headers } = incoming;
    asked.push(`${method} ${url}`);
    if (wanted !== undefined && headers['proxy-authorization'] !== wanted) {
      outgoing.writeHead(407, { 'Proxy-Authenticate': 'Basic' }).end('who are you?');
      return;
    }
    const { hostname, port, pathname, search, host } = new URL(url);
    const { 'proxy-authorization': _, ...rest } = headers;
    const onwards = {
      host: there(hostname),
      port,
      method,
      path: pathname + search,
      headers: { ...rest, host },
    };
    const onward = httpRequest({ ...onwards, agent: false }, (answer) => {
      outgoing.writeHead(answer.statusCode ?? 502, answer.headers);
      answer.pipe(outgoing);
    }).on('error', () => outgoing.writeHead(502).end());
    incoming.pipe(onward);
  });
  server.on('connect', ({ url = '', headers }, client) => {
    asked.push(`CONNECT ${url}`);
    if (wanted !== undefined && headers['proxy-authorization'] !== wanted)
      client.end('HTTP/1.1 407 Proxy Authentication Required\r\nContent-Length: 0\r\n\r\n');
    else if (options.refuseTunnels !== undefined)
      client.end(`HTTP/1.1 ${options.refuseTunnels}\r\nContent-Length: 5\r\n\r\nnever`);
    else {
      const { hostname, port } = new URL(`tunnel://${url}`);
      join(client, hostname, Number(port), sockets, () => client.write('HTTP/1.1 200 Go\r\n\r\n'));
    }
  });
  const port = await listen(server);
  return { port, asked, close: () => stop(server, sockets) };
}

export interface SocksProxyOptions {
  /** `user:password` (RFC 1929), without which it takes nobody. */
  readonly credentials?: string;
  /** Where it listens; 127.0.0.1 unless given. */
  readonly host?: string;
}

/** SOCKS 5 (RFC 1928), as far as CONNECT goes. */
export async function startSocksProxy({ credentials, host }: SocksProxyOptions = {}): Promise<Proxy> {
  const asked: string[] = [];
  const sockets = new Set<Duplex>();
  const serve = async (socket: Socket): Promise<void> => {
    const read = reader(socket);
    const [, methods = 0] = await read(2);
    const offered = await read(methods);
    const method = credentials === undefined ? 0 : 2;
    if (!offered.includes(method)) {
      socket.end(Buffer.of(5, 0xff));
      return;
    }
    socket.write(Buffer.of(5, method));
    if (method === 2) {
      const [, userLength = 0] = await read(2);
      const user = await read(userLength);
      const [passwordLength = 0] = await read(1);
      const isRight = `${user.toString()}:${(await read(passwordLength)).toString()}` === credentials;
      socket.write(Buffer.of(1, isRight ? 0 : 1));
      if (!isRight) return;
    }
    const [, , , kind] = await read(4);
    const to = kind === 1 ? (await read(4)).join('.') : (await read((await read(1))[0] ?? 0)).toString();
    const port = (await read(2)).readUInt16BE();
    asked.push(`SOCKS ${to}:${port}`);
    const granted = Buffer.from('05000001000000000000', 'hex');
    join(socket, to, port, sockets, () => socket.write(granted));
  };
  const server = createNetServer((socket) => {
    sockets.add(socket.on('error', () => socket.destroy()));
    serve(socket).catch(() => socket.destroy());
  });
  const port = await listen(server, host);
  return { port, asked, close: () => stop(server, sockets) };
}

function join(client: Duplex, host: string, port: number, sockets: Set<Duplex>, ready: () => void): void {
  const onward = connect(port, there(host), () => {
    ready();
    client.pipe(onward).pipe(client);
  });
  onward.on('error', () => client.destroy());
  client.on('error', () => onward.destroy());
  client.on('close', () => onward.destroy());
  sockets.add(onward);
}

/** Reads so many bytes, and leaves the rest to who comes after. */
function reader(socket: Socket): (count: number) => Promise<Buffer> {
  return async (count) => {
    for (;;) {
      if (count === 0) return Buffer.alloc(0);
      const chunk: unknown = socket.read(count);
      if (Buffer.isBuffer(chunk)) return chunk;
      await new Promise((resolve, reject) => {
        socket.once('readable', resolve);
        socket.once('close', reject);
      });
    }
  };
}

function stop(server: { close(done: () => void): unknown }, sockets: ReadonlySet<Duplex>): Promise<void> {
  return new Promise((resolve) => {
    server.close(() => resolve());
    for (const socket of sockets) socket.destroy();
  });
}
