/** The relay's sockets: where it listens, for whom, and until when. */
import { type Server, createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { InputError, KeeperError } from '../../errors.ts';
import { systemReason } from '../../issuer/load-certificates.ts';
import type { Clock } from '../../keeper/clock.ts';
import { listenAt } from '../../keeper/control/listen.ts';
import type { Answering } from '../question.ts';
import type { RelayEvent } from './events.ts';
import { Front } from './front.ts';
import { DEFAULT_LIMITS, type RelayLimits } from './limits.ts';
import { type Listen, formatListen } from './listen.ts';
import { type Client, type Network, createGate, isLoopback } from './networks.ts';
import type { RelayStats } from './stats.ts';

export interface RelayServerOptions {
  readonly listen: readonly Listen[];
  /** Who may ask where everybody could; wanted for an address that is not loopback. */
  readonly allow?: readonly Network[];
  readonly answering: Answering;
  readonly clock: Clock;
  readonly limits?: RelayLimits;
  readonly report: (event: RelayEvent) => void;
}

export interface RelayServer {
  /** Where it listens, with the ports that the system chose. */
  readonly addresses: readonly Listen[];
  stats(): RelayStats;
  /** Takes no more, answers what is under way within `closeMs`, and cuts what is left. */
  close(): Promise<void>;
}

/** Its group may ask, too: servers run as users of their own, and asking is all that can be done there. */
const SOCKET_MASK = 0o117;
const SWEEP_MS = 1_000;

/**
 * @throws InputError `usage-invalid` when strangers could ask and nobody said which networks may.
 * @throws KeeperError `socket-unusable`
 */
export async function serveRelay(options: RelayServerOptions): Promise<RelayServer> {
  const { allow = [], clock, limits = DEFAULT_LIMITS } = options;
  for (const one of options.listen) requireNamedClients(one, allow);
  const front = new Front({ ...options, limits });
  const servers: Server[] = [];
  const clientAt = createGate(allow);
  let stopSweeping: (() => void) | undefined;
  const sweep = (): void => {
    front.sweep();
    stopSweeping = clock.setTimer(SWEEP_MS, sweep);
  };

  const close = async (): Promise<void> => {
    front.isClosing = true;
    const closed = Promise.all(servers.map((server) => new Promise((done) => server.close(done))));
    front.connections.dropIdle();
    const cancel = clock.setTimer(limits.closeMs, () => front.connections.dropAll());
    await closed;
    cancel();
    stopSweeping?.();
  };

  const addresses: Listen[] = [];
  try {
    for (const one of expand(options.listen)) {
      const server = createFrontServer(front, limits, one, clientAt);
      const address = await bind(server, one, addresses.at(-1));
      if (!address) continue;
      servers.push(server);
      addresses.push(address);
    }
  } catch (error) {
    await close();
    throw error;
  }
  sweep();
  return { addresses, stats: () => front.stats(), close };
}

function requireNamedClients(listen: Listen, allow: readonly Network[]): void {
  if (listen.type === 'socket' || isLocal(listen.host) || allow.length > 0) return;
  const where = formatListen(listen);
  throw new InputError(
    'usage-invalid',
    `${where} is not loopback, and no network is named that may ask there`,
  );
}

const isLocal = (host: string): boolean => host === 'localhost' || isLoopback(host);

interface Place {
  readonly listen: Listen;
  /** The second address of `localhost`: a machine without IPv6 has none. */
  readonly isExtra: boolean;
}

function expand(listen: readonly Listen[]): Place[] {
  return listen.flatMap((one): Place[] => {
    if (one.type === 'socket' || one.host !== 'localhost') return [{ listen: one, isExtra: false }];
    return ['127.0.0.1', '::1'].map((host, index) => ({ listen: { ...one, host }, isExtra: index > 0 }));
  });
}

function createFrontServer(
  front: Front,
  limits: RelayLimits,
  { listen }: Place,
  clientAt: (address: string) => Client,
): Server {
  const isOpen = listen.type === 'tcp' && !isLoopback(listen.host);
  const server = createServer({
    requireHostHeader: false,
    maxHeaderSize: limits.requestBytes,
    headersTimeout: limits.headersMs,
    requestTimeout: limits.requestMs,
    keepAliveTimeout: limits.idleMs,
    connectionsCheckingInterval: SWEEP_MS,
  });
  // Clients such as netcat say that they will write no more, and wait.
  Object.assign(server, { httpAllowHalfOpen: true });
  server.on('connection', (socket) => front.connection(socket, isOpen ? clientAt : undefined));
  server.on('request', (request, response) => front.request(request, response));
  server.on('connect', (request) => front.tunnel(request.socket));
  server.on('clientError', (error: NodeJS.ErrnoException, socket) => {
    front.broken(Object(socket), error.code);
  });
  return server;
}

/** @returns where it listens; `undefined` where it need not. */
async function bind(server: Server, { listen, isExtra }: Place, last?: Listen): Promise<Listen | undefined> {
  if (listen.type === 'socket') {
    await listenAt(server, listen.path, SOCKET_MASK);
    return listen;
  }
  // Both addresses of `localhost` have one port.
  const port = isExtra && last?.type === 'tcp' ? last.port : listen.port;
  try {
    await new Promise<void>((done, failed) => {
      server.once('error', failed);
      server.listen({ host: listen.host, port, exclusive: true }, () => {
        server.off('error', failed);
        done();
      });
    });
  } catch (error) {
    if (isExtra) return undefined;
    const reason = systemReason(error).replace(/^listen (\w+): (.+?) \S+$/, '$2 ($1)');
    throw new KeeperError('socket-unusable', `cannot listen at ${formatListen(listen)}: ${reason}`, {
      cause: error,
    });
  }
  // No file descriptor left for a client: it is refused, and the relay goes on.
  server.on('error', () => {});
  const { port: taken }: AddressInfo = Object(server.address());
  return { ...listen, port: taken };
}
