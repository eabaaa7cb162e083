/** Where do the names of the responders lead? */
import { RestapleError, TransportError } from '../errors.ts';
import { reason } from '../http/failure.ts';
import type { Lookup } from '../http/connect-rules.ts';
import { dialHost } from '../http/place.ts';
import { type Route, routeTo } from '../http/route.ts';
import { shellWord } from '../shell-word.ts';
import { type Check, NOTHING, type Place, type Tools } from './check.ts';
import { isAddress } from './address.ts';
import { type Finding, note, ok, problem } from './finding.ts';

/** As many as are asked. */
const MAX_URLS = 8;
const TITLE = 'DNS';

export const checkDns: Check = async ({ urls, issuer }, tools) => {
  if (!urls || !issuer) return NOTHING;
  const places: Place[] = [];
  const findings: Finding[] = [];
  let isNameServerSilent = false;
  for (const text of urls.slice(0, MAX_URLS)) {
    const url = URL.canParse(text) ? new URL(text) : undefined;
    if (!url) {
      findings.push(problem(TITLE, `${text} is no URL`));
      continue;
    }
    if (url.protocol !== 'http:' && url.protocol !== 'https:') {
      findings.push(problem(TITLE, `${text} is neither http nor https`));
      continue;
    }
    try {
      const { finding, addresses } = await follow(
        url,
        routeTo(url, tools.givenUrls !== undefined, tools.rules),
      );
      findings.push(finding);
      places.push({ url, ...addresses });
    } catch (error) {
      isNameServerSilent ||= isSilent(error);
      findings.push(refused(url, error, tools));
    }
  }
  return { findings, known: { places, isNameServerSilent } };
};

const isSilent = (error: unknown): boolean =>
  error instanceof Error && 'code' in error && error.code === 'EAI_AGAIN';

interface Followed {
  readonly finding: Finding;
  readonly addresses: Pick<Place, 'addresses' | 'port'>;
}

async function follow(url: URL, { host, port, lookup, proxy, isDetour }: Route): Promise<Followed> {
  if (proxy !== undefined) {
    const detail = `${url.host} is for the proxy ${proxy.host} to find`;
    return { finding: note(TITLE, detail), addresses: { addresses: [], port } };
  }
  const addresses = await addressesOf(host, lookup);
  const via = isDetour ? ', by --connect-to or --resolve' : '';
  const finding =
    addresses.length === 1 && addresses[0] === dialHost(url)
      ? note(TITLE, `${addresses[0]} is an address, no name`)
      : ok(TITLE, `${url.hostname}: ${families(addresses)}${via}`);
  return { finding, addresses: { addresses, port } };
}

function families(addresses: readonly string[]): string {
  const four = addresses.filter((address) => !address.includes(':'));
  const six = addresses.filter((address) => address.includes(':'));
  return `IPv4 ${four.join(', ') || 'none'}; IPv6 ${six.join(', ') || 'none'}`;
}

/** An address is not looked up, as node:net does not. */
function addressesOf(host: string, lookup: Lookup): Promise<string[]> {
  if (isAddress(host)) return Promise.resolve([host]);
  return new Promise((resolve, reject) => {
    lookup(host, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(typeof found === 'string' ? [found] : found.map(({ address }) => address));
    });
  });
}

function refused(url: URL, error: unknown, { rules }: Tools): Finding {
  if (error instanceof TransportError && error.isMetadata) {
    return problem(TITLE, error.message, {
      meaning: 'it hands out credentials to whoever asks from within: no CA has its responder there',
      advice: 'ask whoever gave you this certificate; do not allow the address',
    });
  }
  if (error instanceof RestapleError) {
    return problem(TITLE, error.message, {
      meaning: 'a certificate may come from a stranger, so it may not lead restaple into private networks',
      advice: `if that responder is yours: --allow-host ${shellWord(url.hostname)}`,
    });
  }
  const proxy = rules.proxyFor(url) === undefined ? ' or a proxy' : '';
  return problem(TITLE, `${url.hostname}: ${reason(error)}`, {
    meaning: isSilent(error)
      ? 'nobody says whether there is such a name: the name server, or the way to it, is gone'
      : 'there is no such name, or none that this name server knows',
    advice: `check /etc/resolv.conf and the way out of this machine${proxy}: getent ahosts ${shellWord(url.hostname)}`,
  });
}
