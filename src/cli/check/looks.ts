/** All the handshakes with one server, put together by what it presented. */
import { ProbeError } from '../../errors.ts';
import { formatPem } from '../../der/pem.ts';
import { detour } from '../../http/detours.ts';
import { addressPort, withoutBrackets } from '../../http/place.ts';
import { addressesOf } from '../../probe/addresses.ts';
import { lookAtEachKey } from '../../probe/each-key.ts';
import type { KeyType } from '../../probe/key-type.ts';
import { type Look, type LookOptions, type Place, lookAt } from '../../probe/look.ts';
import { beginningAt } from '../../probe/ports.ts';
import { printable } from '../../text.ts';
import type { CheckTarget } from './target.ts';
import type { CheckTools } from './tools.ts';

/** Handshakes with one address that brought the same certificate. */
export type Group = readonly [Look, ...Look[]];

export interface Looks {
  readonly groups: readonly Group[];
  /** A handshake each. */
  readonly failures: readonly ProbeError[];
}

/** Never throws for what a server does. */
export async function takeLooks(target: CheckTarget, tools: CheckTools): Promise<Looks> {
  const server = { host: target.host, port: target.port };
  try {
    const places = await placesOf(server, tools);
    const all = await Promise.all(
      places.map((place) => tools.places.run(target.host, () => lookAtPlace(server, place, tools))),
    );
    return { groups: all.flatMap(({ groups }) => groups), failures: all.flatMap(({ failures }) => failures) };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { groups: [], failures: [error] };
  }
}

/** Where to connect to: `undefined` leaves it to the server's own name. */
async function placesOf({ host, port }: Place, tools: CheckTools): Promise<readonly Place[]> {
  const spelt = host.includes(':') ? `[${host}]` : host;
  const to = detour(spelt, String(port), tools.detours);
  const place = { host: withoutBrackets(to.host), port: Number(to.port) };
  const known = to.addresses?.map((address) => ({ host: address, port: place.port }));
  if (!tools.allAddresses) return [known?.[0] ?? place];
  if (known) return known;
  const addresses = await addressesOf(place.host, tools.lookup, tools.timeoutMs);
  return addresses.map((address) => ({ host: address, port: place.port }));
}

async function lookAtPlace(server: Place, connectTo: Place, tools: CheckTools): Promise<Looks> {
  const options = optionsFor(server, connectTo, tools);
  const groups = new Map<string, [Look, ...Look[]]>();
  const failures: ProbeError[] = [];
  const add = (look: Look): void => {
    const key = `${addressPort(look.address, String(look.port))} ${look.chain[0]?.toString('base64') ?? ''}`;
    const group = groups.get(key);
    if (group) group.push(look);
    else groups.set(key, [look]);
  };
  const attempt = async (work: () => Promise<readonly Look[]>): Promise<readonly Look[]> => {
    try {
      const looks = await work();
      for (const look of looks) add(look);
      return looks;
    } catch (error) {
      if (!(error instanceof ProbeError)) throw error;
      failures.push(error);
      return [];
    }
  };
  let keyTypes: readonly (KeyType | undefined)[] = tools.keyTypes;
  for (let round = 0; round < tools.repeat; round++) {
    for (const keyType of keyTypes) await attempt(async () => [await lookForKey(server, keyType, options)]);
    if (keyTypes.length > 0) continue;
    const looks = await attempt(async () => (await lookAtEachKey(server, options)).looks);
    // Who has no other key is not asked for it again: each refusal is a line in the log of the server.
    if (looks.length === 1) keyTypes = [undefined];
    if (looks.length > 1) keyTypes = looks.map(({ keyType }) => keyType);
  }
  return { groups: [...groups.values()], failures };
}

function optionsFor({ port }: Place, connectTo: Place, tools: CheckTools): LookOptions {
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
    lookup: tools.lookup,
    clock: tools.clock,
  };
}

async function lookForKey(server: Place, keyType: KeyType | undefined, options: LookOptions): Promise<Look> {
  const look = await lookAt(server, { ...options, keyType });
  if (keyType === undefined || look.keyType === keyType) return look;
  const place = printable(addressPort(server.host, String(server.port)));
  throw new ProbeError('probe-tls-failed', `${place}: presents no ${keyType.toUpperCase()} certificate`);
}
