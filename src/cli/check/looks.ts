/** All the handshakes with one server, put together by what it presented. */
import { ProbeError } from '../../errors.ts';
import { formatPem } from '../../der/pem.ts';
import { detour } from '../../http/detours.ts';
import { addressPort, isAddressHost, withoutBrackets } from '../../http/place.ts';
import { fixed } from '../../http/route.ts';
import { addressesOf } from '../../probe/addresses.ts';
import { lookAtEachKey } from '../../probe/each-key.ts';
import type { KeyType } from '../../probe/key-type.ts';
import { type Look, type LookOptions, type Place, lookAt } from '../../probe/look.ts';
import { beginningAt } from '../../probe/ports.ts';
import { type Failure, askedFor, placeOf } from './failures.ts';
import type { CheckTarget } from './target.ts';
import type { CheckTools } from './tools.ts';

/** Handshakes with one address that brought the same certificate. */
export type Group = readonly [Look, ...Look[]];

export interface Looks {
  readonly groups: readonly Group[];
  readonly failures: readonly Failure[];
}

/** So many in a row, and a server is not asked again: `--repeat 1000` at one that hangs would take hours. */
const MAX_FAILURES = 3;

/** Never throws for what a server does. */
export async function takeLooks(target: CheckTarget, tools: CheckTools): Promise<Looks> {
  const server = { host: target.host, port: target.port };
  try {
    const ways = await waysTo(server, tools);
    const all = await Promise.all(
      ways.map((way) => tools.places.run(target.host, () => lookAlong(way, server, tools))),
    );
    return { groups: all.flatMap(({ groups }) => groups), failures: all.flatMap(({ failures }) => failures) };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { groups: [], failures: [{ error, connectTo: undefined }] };
  }
}

/** Where to connect to, and what knows the addresses of its name. */
interface Way {
  readonly connectTo: Place;
  readonly lookup: LookOptions['lookup'];
}

async function waysTo({ host, port }: Place, tools: CheckTools): Promise<readonly Way[]> {
  const { lookup } = tools;
  const spelt = host.includes(':') ? `[${host}]` : host;
  const to = detour(spelt, String(port), tools.detours);
  const place = { host: withoutBrackets(to.host), port: Number(to.port) };
  const [first] = to.addresses ?? [];
  if (!tools.allAddresses && to.addresses && first !== undefined) {
    // node:net looks no IP address up.
    const dialled = isAddressHost(to.host) ? first : place.host;
    return [{ connectTo: { ...place, host: dialled }, lookup: fixed(to.addresses) }];
  }
  if (!tools.allAddresses) return [{ connectTo: place, lookup }];
  const addresses = to.addresses ?? (await addressesOf(place.host, lookup, tools.timeoutMs));
  return addresses.map((address) => ({ connectTo: { ...place, host: address }, lookup }));
}

async function lookAlong(way: Way, server: Place, tools: CheckTools): Promise<Looks> {
  const { connectTo } = way;
  const options = optionsFor(server, way, tools);
  const groups = new Map<string, [Look, ...Look[]]>();
  const failures: Failure[] = [];
  let failuresInRow = 0;
  const add = (look: Look): void => {
    const key = `${addressPort(look.address, String(look.port))} ${look.chain[0]?.toString('base64') ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(look);
    else groups.set(key, [look]);
  };
  const attempt = async (work: () => Promise<Seen>): Promise<readonly Look[]> => {
    try {
      const { looks, failure } = await work();
      for (const look of looks) add(look);
      failuresInRow = 0;
      if (failure) failures.push({ error: failure, connectTo });
      return looks;
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      failures.push({ error, connectTo });
      failuresInRow++;
      return [];
    }
  };
  const isGivenUp = (): boolean => failuresInRow >= MAX_FAILURES;
  let keyTypes: readonly (KeyType | undefined)[] = tools.keyTypes;
  for (let round = 0; round < tools.repeat && !isGivenUp(); round++) {
    for (const keyType of keyTypes) await attempt(() => lookForKey(server, keyType, options));
    if (keyTypes.length > 0) continue;
    const looks = await attempt(() => lookForBoth(server, options));
    // Who has no other key is not asked for it again: each refusal is a line in the log of the server.
    if (looks.length === 1) keyTypes = [undefined];
    if (looks.length > 1) keyTypes = looks.map(({ keyType }) => keyType);
  }
  return { groups: [...groups.values()], failures };
}

function optionsFor({ port }: Place, { connectTo, lookup }: Way, tools: CheckTools): LookOptions {
  const { version } = tools;
  return {
    beginning: tools.beginning ?? beginningAt(port) ?? 'direct',
    timeoutMs: tools.timeoutMs,
    connectTo,
    servername: tools.servername,
    proxyProtocol: tools.proxyProtocol,
    minVersion: version,
    maxVersion: version,
    ca: tools.ca?.map(({ raw }) => formatPem('CERTIFICATE', raw)),
    signal: tools.signal,
    lookup,
    clock: tools.clock,
  };
}

interface Seen {
  readonly looks: readonly Look[];
  readonly failure?: ProbeError | undefined;
}

async function lookForKey(server: Place, keyType: KeyType | undefined, options: LookOptions): Promise<Seen> {
  if (keyType === undefined) return { looks: [await lookAt(server, options)] };
  try {
    const look = await lookAt(server, { ...options, keyType });
    if (look.keyType === keyType) return { looks: [look] };
    const other = `${placeOf(server)}: presents another certificate`;
    throw new ProbeError('probe-tls-failed', other);
  } catch (error) {
    throw error instanceof ProbeError ? askedFor(keyType, error, server) : error;
  }
}

/** A handshake that breaks may only mean that there is no such key; a server that does not answer any more is in trouble. */
async function lookForBoth(server: Place, options: LookOptions): Promise<Seen> {
  const { looks, missing } = await lookAtEachKey(server, options);
  const { reason, keyType } = missing ?? {};
  if (!reason || !keyType || reason.code === 'probe-tls-failed') return { looks };
  return { looks, failure: askedFor(keyType, reason, server) };
}
