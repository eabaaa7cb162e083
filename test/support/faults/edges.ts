/** What stands before a responder, speaking in its place: CDNs, firewalls, networks that want a login. */
import { type Answer, type Behaviour, answer, answerBytes, header } from '../http-server.ts';
import type { Fault } from './fault.ts';

const HTML = ['Content-Type', 'text/html; charset=utf-8'] as const;
const OCSP = ['Content-Type', 'application/ocsp-response'] as const;
const page = (title: string, text = ''): string =>
  `<!DOCTYPE html>\n<html><head><title>${title}</title></head>\n<body><h1>${title}</h1>${text}</body></html>\n`;

/** An edge that serves `localhost` and no address. */
function named(good: Buffer, refusal: Answer): Behaviour {
  return (request, socket) => {
    const isServed = header(request, 'host')?.startsWith('localhost') === true;
    socket.write(answerBytes(isServed ? { headers: [OCSP], body: good } : refusal));
  };
}

/** Wherever one wants to go, the way leads to the login page, under another name. */
const captivePortal: Behaviour = (request, socket) => {
  const [host = '', port = ''] = (header(request, 'host') ?? '').split(':');
  const login = { headers: [HTML], body: page('Guest Wi-Fi &amp; more') };
  const away = {
    status: 302,
    reason: 'Found',
    headers: [['Location', `http://localhost:${port}/login`]],
  } as const;
  socket.write(answerBytes(host === 'localhost' ? login : away));
};

/** `good` is a response that every client accepts, `expired` one that has ended. */
export const edgeFaults = (good: Buffer, expired: Buffer): readonly Fault[] => [
  {
    fault: 'an edge that does not serve this Host (Cloudflare, as text)',
    cause: 'the CDN before the responder does not know the Host it was asked for',
    behaviour: named(good, {
      status: 403,
      reason: 'Forbidden',
      headers: [
        ['Content-Type', 'text/plain; charset=UTF-8'],
        ['Server', 'cloudflare'],
      ],
      body: 'error code: 1003',
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'an edge that does not serve this Host (CloudFront, as a page)',
    cause: 'the CDN before the responder does not know the Host it was asked for',
    behaviour: named(good, {
      status: 403,
      reason: 'Forbidden',
      headers: [HTML, ['Server', 'CloudFront']],
      body: page(
        'ERROR: The request could not be satisfied',
        'Bad request. We can&#39;t connect to the server',
      ),
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'the same edge, asked by its name',
    cause: 'nothing is wrong',
    behaviour: named(good, { status: 403 }),
    url: (port) => `http://localhost:${port}/`,
    outcome: 'good',
    exit: 0,
  },
  {
    fault: '421 Misdirected Request',
    cause: 'the CDN before the responder does not know the Host it was asked for',
    behaviour: answer({ status: 421, reason: 'Misdirected Request' }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: '429 with Retry-After',
    cause: 'this machine asks the responder too often, and should wait',
    behaviour: answer({ status: 429, reason: 'Too Many Requests', headers: [['Retry-After', '120']] }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: '503 of an edge whose origin is gone',
    cause: 'the CDN answers, but the responder behind it is gone; ask later: 503',
    behaviour: answer({
      status: 503,
      reason: 'Service Unavailable',
      headers: [HTML, ['Via', '1.1 varnish'], ['Retry-After', '30']],
      body: page('503 Backend fetch failed'),
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: '522 of an edge whose origin is gone',
    cause: 'the CDN answers, but the responder behind it is gone; ask later: 522',
    behaviour: answer({
      status: 522,
      reason: '',
      headers: [
        ['Content-Type', 'text/plain'],
        ['Server', 'cloudflare'],
        ['CF-RAY', '8f0c0ffee-FRA'],
      ],
      body: 'error code: 522',
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'a firewall that blocks this machine',
    cause: 'a firewall before the responder refuses this machine',
    behaviour: answer({
      status: 403,
      reason: 'Forbidden',
      headers: [HTML],
      body: page('Attention Required! | Cloudflare'),
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'a login or block page with status 200',
    cause: 'a login page, a block page or a website answers in place of the responder',
    behaviour: answer({ headers: [HTML], body: page('Web filter: &quot;ocsp&quot;\n is blocked') }),
    outcome: 'http-not-ocsp',
    exit: 75,
  },
  {
    fault: 'a captive portal: a redirect to another host, and a page there',
    cause: 'the network of this machine wants a login first',
    behaviour: captivePortal,
    fetch: () => ['--allow-private'],
    outcome: 'http-not-ocsp',
    exit: 75,
    ocspExit: 'none',
  },
  {
    fault: '511 Network Authentication Required',
    cause: 'the network of this machine wants a login first',
    behaviour: answer({
      status: 511,
      reason: 'Network Authentication Required',
      headers: [HTML],
      body: page('Hotel guests: log in'),
    }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'a response that expired in a cache',
    cause: 'a cache before the responder is stuck',
    behaviour: answer({
      headers: [OCSP, ['Age', '90000'], ['X-Cache', 'HIT']],
      body: expired,
    }),
    outcome: 'response-expired',
    exit: 65,
  },
];
