/** The HTTP client: HTTP/1.1 over kept connections of node:http, one exchange at a time a connection. */
import { formatPem } from '../der/pem.ts';
import { TransportError } from '../errors.ts';
import type { Certificate } from '../x509/certificate.ts';
import { StaleConnection } from './carrier.ts';
import { Carriers } from './carriers.ts';
import { type Lookup, systemLookup } from './connect-rules.ts';
import type { Dialling } from './dialling.ts';
import { type Interfaces, systemInterfaces } from './own-addresses.ts';
import { type Timeouts, exchangeOnce } from './exchange.ts';
import { wasHurried } from './failure.ts';
import { type HeaderList, headerValue, mergeHeaders } from './headers.ts';
import type { HttpAnswer, HttpRequest } from './message.ts';
import { printableUrl } from './place.ts';
import { PlainLane } from './plain/lane.ts';
import type { ProxyChoice } from './proxy-choice.ts';
import type { ConnectTo, ResolveTo } from './detours.ts';
import { type RouteRules, routeTo } from './route.ts';

export type { HttpAnswer, HttpRequest } from './message.ts';

/** How responders are reached. */
export interface HttpClientOptions {
  /** For name look-up, TCP and TLS together; 5,000 unless given. */
  readonly connectTimeoutMs?: number;
  /** From the request to the last byte of its answer; 15,000 unless given. */
  readonly answerTimeoutMs?: number;
  /** The User-Agent header: `restaple` unless given. */
  readonly userAgent?: string;
  /** Lets every URL lead to loopback, private and other special addresses; only trusted requests may unless given. */
  readonly allowPrivate?: boolean;
  /** Hosts that may lead there, spelt as `URL.hostname` spells them: lower case, IPv6 in brackets. */
  readonly allowHosts?: readonly string[];
  /** Connections that go elsewhere than their URL says, as curl's `--connect-to`. The user vouches for each. */
  readonly connectTo?: readonly ConnectTo[];
  /** Addresses of hosts in place of those of DNS, as curl's `--resolve`. The user vouches for each. */
  readonly resolve?: readonly ResolveTo[];
  /** The proxy for a URL; none unless given. `proxyChoice` reads the environment. */
  readonly proxyFor?: ProxyChoice;
  /** Who may vouch for an https server, in place of the public CAs that Node knows. */
  readonly ca?: readonly Certificate[];
  /** Looks names up: `dns.lookup` unless given. */
  readonly lookup?: Lookup;
  /** The addresses of this machine, to which no certificate may lead: `os.networkInterfaces` unless given. */
  readonly interfaces?: Interfaces;
}

/** Safe to use by many callers at once; how many requests run at a time is the caller's matter (`limiter.ts`). */
export interface HttpClient {
  /**
   * Sends one request and reads the whole answer, whatever its status; redirects are answers like any other (`redirects.ts`). Host is the host
   * of the URL, with the port where it is not the scheme's own (RFC 9110 section 7.2).
   *
   * @throws TransportError `url-invalid`, `address-refused`, `proxy-failed`, `http-unreachable`, `http-tls-failed`, `http-timeout`,
   * `http-too-large`; the signal's reason where it is a RestapleError; a TypeError for a header name or value that HTTP does not have.
   */
  exchange(request: HttpRequest): Promise<HttpAnswer>;
  /** Closes every connection; what is still under way is rejected. */
  close(): void;
}

/**
 * An HTTP/1.1 client for responders: bounded answers, kept connections, and no way to loopback, private or metadata
 * addresses for a URL that came out of a certificate (see `HttpRequest.trusted`). Durations are milliseconds. Its
 * connections are kept until `close()`, and keep no process from ending.
 * @example
 * ```ts
 * import { readFileSync } from 'node:fs';
 * import { createHttpClient, ocspUrls, parseCertificates, proxyChoice } from 'restaple';
 * import { createCertID, createRequest } from 'restaple/ocsp';
 *
 * const [certificate, issuer] = parseCertificates(readFileSync('domain.crt'));
 * const client = createHttpClient({ proxyFor: proxyChoice(undefined, process.env) });
 * const { status, body } = await client.exchange({
 *   method: 'POST',
 *   url: new URL(ocspUrls(certificate)[0]),
 *   headers: [['Content-Type', 'application/ocsp-request']],
 *   body: createRequest(createCertID(certificate, issuer)),
 *   maxBytes: 65_536,
 * });
 * client.close();
 * console.log(status, body.length);
 * ```
 */
export function createHttpClient(options: HttpClientOptions = {}): HttpClient {
  const timeouts: Timeouts = {
    connectTimeoutMs: options.connectTimeoutMs ?? 5_000,
    answerTimeoutMs: options.answerTimeoutMs ?? 15_000,
  };
  const userAgent = options.userAgent ?? 'restaple';
  const rules: RouteRules = {
    allowPrivate: options.allowPrivate === true,
    allowHosts: new Set(options.allowHosts),
    connectTo: options.connectTo ?? [],
    resolve: options.resolve ?? [],
    lookup: options.lookup ?? systemLookup,
    proxyFor: options.proxyFor ?? (() => undefined),
    interfaces: options.interfaces ?? systemInterfaces,
  };
  const carriers = new Carriers(options.ca?.map(({ raw }) => formatPem('CERTIFICATE', raw)));
  const lane = new PlainLane();

  return {
    async exchange(request) {
      const headers = mergeHeaders(ownHeaders(request.url, userAgent), request.headers ?? []);
      requireHttp(request.url);
      const { url } = request;
      const route = routeTo(url, request.trusted === true, rules);
      const host = headerValue(headers, 'host') ?? url.host;
      const attempt = async (dialling: Dialling): Promise<HttpAnswer> => {
        const carrier =
          lane.carrierFor(url, route, headers, dialling) ??
          (await carriers.carrierFor(url, route, host, dialling));
        return exchangeOnce(carrier, request, headers, timeouts);
      };
      try {
        return await attempt('kept');
      } catch (error) {
        // Nothing is done twice by asking twice: an OCSP request changes nothing at the responder, POST or not
        // (RFC 9110 section 9.2.2). A fresh connection cannot be stale, so there is no second time.
        if (error instanceof StaleConnection) return attempt('fresh');
        if (wasHurried(error)) return attempt('patient');
        throw error;
      }
    },
    close() {
      lane.close();
      carriers.close();
    },
  };
}

function ownHeaders(url: URL, userAgent: string): HeaderList {
  return [
    ['Host', url.host],
    ['User-Agent', userAgent],
  ];
}

function requireHttp(url: URL): void {
  if (url.protocol === 'http:' || url.protocol === 'https:') return;
  const message = `the URL scheme ${url.protocol.slice(0, -1)} is neither http nor https`;
  throw new TransportError('url-invalid', message, printableUrl(url));
}
