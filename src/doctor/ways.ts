/** The same question in other ways, side by side: by GET and POST, by either hash, with and without the right Host. */
import { type ErrorCode, RestapleError } from '../errors.ts';
import { askResponder } from '../http/ask-responder.ts';
import { headerValue, mergeHeaders } from '../http/headers.ts';
import { addressPort, dialHost, portOf } from '../http/place.ts';
import { createCertID } from '../ocsp/cert-id.ts';
import { MAX_DER_BYTES } from '../der/reader.ts';
import { createRequest } from '../ocsp/ocsp-request.ts';
import { verifyResponse } from '../ocsp/verify-response.ts';
import { ocspUrls } from '../x509/authority-info-access.ts';
import type { Certificate } from '../x509/certificate.ts';
import { judging } from './ask.ts';
import { type Asked, type Check, type Known, NOTHING, type Tools, type Way } from './check.ts';
import { type Finding, note, ok, problem } from './finding.ts';
import { knownResponder } from './known-responders.ts';
import { Recorder } from './recorder.ts';
import { reasonBeside } from './side-by-side.ts';

type Question = Omit<Way, 'error'>;

/** Nobody is there to be asked. */
const NO_WAY: ReadonlySet<ErrorCode> = new Set<ErrorCode>([
  'url-invalid',
  'address-refused',
  'proxy-failed',
  'http-unreachable',
  'http-timeout',
]);

/** A certificate names one responder, seldom two. */
const MAX_NAMES = 4;

export const tryWays: Check = async (known, tools) => {
  const { certificate, issuer, asked } = known;
  const url = asked?.exchanges.at(-1) && askedUrl(known);
  if (!certificate || !issuer || !asked || !url) return NOTHING;
  const recorder = new Recorder(tools.client, tools.now);
  const ways: Way[] = [];
  const address = asked.exchanges.at(-1)?.answer.address;
  for (const question of questions(url, address, certificate, tools)) {
    const error = await tryWay(question, url, certificate, issuer, { ...tools, client: recorder });
    ways.push({ ...question, error });
    if (error && NO_WAY.has(error.code)) break;
  }
  const exchanges = [...asked.exchanges, ...recorder.exchanges];
  return {
    findings: ways.map((way) => findingOf(way, asked.error, isHostServed(ways, asked))),
    known: { ways, asked: { ...asked, exchanges } },
  };
};

/** Of the URLs, the last that was asked. */
function askedUrl({ urls = [], asked }: Known): URL | undefined {
  const parsed = urls.filter((text) => URL.canParse(text)).map((text) => new URL(text));
  return parsed.findLast((url) => asked?.exchanges.some(({ request }) => request.url.host === url.host));
}

function questions(
  url: URL,
  address: string | undefined,
  certificate: Certificate,
  tools: Tools,
): Question[] {
  const { hash, method, headers } = tools;
  const same = { method, hash, headers, isUsual: false, host: undefined } as const;
  const other = hash === 'sha1' ? 'sha256' : 'sha1';
  const byHost = (kind: 'address' | 'name', host: string): Question => ({
    ...same,
    kind,
    title: `Host: ${host}`,
    host,
    options: ['--header', `Host: ${host}`],
    headers: mergeHeaders(headers, [['Host', host]]),
  });
  const sent = headerValue(headers, 'host') ?? url.host;
  const byAddress = address === undefined || address === dialHost(url) ? [] : [hostOf(address, url)];
  return [
    {
      ...same,
      kind: 'GET',
      isUsual: method !== 'post',
      title: 'GET',
      options: ['--method', 'get'],
      method: 'get',
    },
    {
      ...same,
      kind: 'POST',
      isUsual: method !== 'get',
      title: 'POST',
      options: ['--method', 'post'],
      method: 'post',
    },
    { ...same, kind: 'hash', title: `CertID ${HASHES[other]}`, options: ['--hash', other], hash: other },
    ...byAddress.map((host) => byHost('address', host)),
    ...otherNames(certificate, sent).map((host) => byHost('name', host)),
  ];
}

const HASHES = { sha1: 'SHA-1', sha256: 'SHA-256' } as const;

function hostOf(address: string, url: URL): string {
  return url.port === ''
    ? addressPort(address, portOf(url)).replace(/:\d+$/, '')
    : addressPort(address, url.port);
}

/** Names under which the responder is known, but for the one that was sent. */
function otherNames(certificate: Certificate, sent: string): string[] {
  const urls = [...ocspUrls(certificate), knownResponder(certificate.issuer)?.url ?? ''];
  const hosts = urls.filter((text) => URL.canParse(text)).map((text) => new URL(text).host);
  return [...new Set(hosts)].filter((host) => host !== '' && host !== sent).slice(0, MAX_NAMES);
}

async function tryWay(
  { method, hash, headers }: Question,
  url: URL,
  certificate: Certificate,
  issuer: Certificate,
  tools: Tools,
): Promise<RestapleError | undefined> {
  try {
    await askResponder(tools.client, url, createRequest(createCertID(certificate, issuer, hash)), {
      method,
      headers,
      trusted: tools.givenUrls !== undefined,
      maxBytes: MAX_DER_BYTES,
      signal: AbortSignal.timeout(tools.timeoutMs),
      accept: (der) => verifyResponse(der, judging(certificate, issuer, tools)),
    });
    return undefined;
  } catch (error) {
    if (!(error instanceof RestapleError)) throw error;
    return error;
  }
}

const MEANINGS: Readonly<Record<Way['kind'], string>> = {
  GET: 'servers that ask by GET only, such as nginx, get no staple here; caches keep answers to GET alone',
  POST: 'most clients ask by POST',
  hash: 'this responder knows CertIDs by one hash; ask as it wants',
  address:
    'whoever asks by address, or sends no Host, is turned away: openssl ocsp 1.0 without -header, and old servers',
  name: 'the responder is not served under this name here',
};

/** By whatever way, to the Host that is always sent. */
const isHostServed = (ways: readonly Way[], { error }: Asked): boolean =>
  !error || ways.some((way) => way.host === undefined && !way.error);

function findingOf(way: Way, usual: RestapleError | undefined, isServed: boolean): Finding {
  const { kind, error } = way;
  const isHost = kind === 'address' || kind === 'name';
  const title = isHost ? 'Host' : way.title;
  const about = isHost ? `${way.host}: ` : '';
  if (!error) return ok(title, `${about}a response that verifies`);
  const isSame = error.message === usual?.message;
  const reason = reasonBeside(error, isServed && !isHost);
  const detail = `${about}${isSame ? `the same, ${error.code}` : reason}`;
  const remarks = isSame ? {} : { meaning: MEANINGS[kind] };
  return kind === 'GET' || kind === 'POST' ? problem(title, detail, remarks) : note(title, detail, remarks);
}
