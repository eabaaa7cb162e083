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

/** A handshake that failed. */
export interface Failure {
  readonly error: ProbeError;
  /** `undefined` where it never came to an address. */
  readonly connectTo: Place | undefined;
}

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
    const places = await placesOf(server, tools);
    const all = await Promise.all(
      places.map((place) => tools.places.run(target.host, () => lookAtPlace(server, place, tools))),
    );
    return { groups: all.flatMap(({ groups }) => groups), failures: all.flatMap(({ failures }) => failures) };
  } catch (error) {
    if (!(error instanceof ProbeError)) throw error;
    return { groups: [], failures: [{ error, connectTo: undefined }] };
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

interface Seen {
  readonly looks: readonly Look[];
  readonly failure?: ProbeError | undefined;
}

async function lookForKey(server: Place, keyType: KeyType | undefined, options: LookOptions): Promise<Seen> {
  const look = await lookAt(server, { ...options, keyType });
  if (keyType === undefined || look.keyType === keyType) return { looks: [look] };
  throw new ProbeError(
    'probe-tls-failed',
    `${placeOf(server)}: presents no ${keyType.toUpperCase()} certificate`,
  );
}

/** A handshake that breaks may only mean that there is no such key; a server that does not answer any more is in trouble. */
async function lookForBoth(server: Place, options: LookOptions): Promise<Seen> {
  const { looks, missing } = await lookAtEachKey(server, options);
  const { reason } = missing ?? {};
  return { looks, failure: reason?.code === 'probe-tls-failed' ? undefined : reason };
}

/** As the messages of a look begin. */
const placeOf = ({ host, port }: Place): string => printable(addressPort(host, String(port)));

/** What went wrong without the server, which whoever tells of it has named; with the address, where that is another. */
export function failureWords({ error: { message }, connectTo }: Failure, { host, port }: Place): string {
  const place = `${placeOf({ host, port })}: `;
  const told = message.startsWith(place) ? message.slice(place.length) : message;
  if (!connectTo) return told;
  const end = ` at ${connectTo.host}`;
  const words = told.endsWith(end) ? told.slice(0, -end.length) : told;
  if (connectTo.port !== port) return `at ${placeOf(connectTo)}: ${words}`;
  return connectTo.host === host ? words : `at ${printable(connectTo.host)}: ${words}`;
}
