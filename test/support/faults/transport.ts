/** Faults of the way there and back, below OCSP. */
import {
  type Answer,
  type Behaviour,
  answer,
  answerBytes,
  drip,
  hangUp,
  reset,
  silence,
  writeAndClose,
} from '../http-server.ts';
import { type Fault, SOON } from './fault.ts';

const OCSP = ['Content-Type', 'application/ocsp-response'] as const;
const HEAD = 'HTTP/1.1 200 OK\r\nContent-Type: application/ocsp-response\r\n';

/** Writes `chunk` for as long as somebody reads, and no faster. */
function endless(head: string, chunk: string): Behaviour {
  return (_request, socket) => {
    const more = (): void => {
      while (!socket.destroyed && socket.write(chunk));
    };
    socket.on('drain', more);
    socket.write(head);
    more();
  };
}

const redirect = (location: string, status = 302): Answer => ({
  status,
  reason: 'Found',
  headers: [['Location', location]],
});

/** Each redirect leads one further. */
const redirectsOn: Behaviour = (request, socket) => {
  const step = Number(/\d+$/.exec(request.target)?.[0] ?? 0) + 1;
  socket.write(answerBytes(redirect(`/step/${step}`)));
};

function chunked(body: Buffer): Behaviour {
  const half = Math.floor(body.length / 2);
  const chunks = [body.subarray(0, half), body.subarray(half), Buffer.alloc(0)].flatMap((chunk) => [
    Buffer.from(`${chunk.length.toString(16)}\r\n`),
    chunk,
    Buffer.from('\r\n'),
  ]);
  return answer({ headers: [OCSP, ['Transfer-Encoding', 'chunked']], body: Buffer.concat(chunks) });
}

/** `good` is a response that every client accepts. */
export const transportFaults = (good: Buffer): readonly Fault[] => [
  {
    fault: 'it never answers',
    cause: 'the responder, or the way to it, is too slow',
    behaviour: silence,
    outcome: 'http-timeout',
    exit: 75,
    ...SOON,
  },
  {
    fault: 'a slow drip of headers',
    cause: 'the responder, or the way to it, is too slow',
    behaviour: drip(`${HEAD}X-Drip: `, 20),
    outcome: 'http-timeout',
    exit: 75,
    ...SOON,
  },
  {
    fault: 'a slow drip of the body',
    cause: 'the responder, or the way to it, is too slow',
    behaviour: drip(`${HEAD}Content-Length: 2000\r\n\r\n`, 20),
    outcome: 'http-timeout',
    exit: 75,
    ...SOON,
  },
  {
    fault: 'nobody listens at the port',
    cause: 'there is no answer where the responder should be: cannot connect',
    behaviour: silence,
    url: () => 'http://127.0.0.1:1/',
    outcome: 'http-unreachable',
    exit: 75,
  },
  {
    fault: 'the name has no address any more',
    cause: 'there is no answer where the responder should be: cannot find the address',
    behaviour: silence,
    // A label of more than 63 characters: no name server is asked, and none can make one up.
    url: () => `http://${'gone'.repeat(16)}.invalid/`,
    outcome: 'http-unreachable',
    exit: 75,
  },
  {
    fault: 'the IPv6 address of the name is dead',
    cause: 'the responder says good, so fetch succeeds; yet not all is well: TCP: [::1]',
    behaviour: answer({ headers: [OCSP], body: good }),
    url: (port) => `http://two.example.test:${port}/`,
    fetch: (port) => ['--resolve', `two.example.test:${port}:[::1],127.0.0.1`],
    outcome: 'good',
    exit: 0,
    ocspExit: 'none',
  },
  {
    fault: 'a server of https for which nobody vouches',
    cause: 'TLS to the responder does not come about, or nobody vouches for its certificate',
    behaviour: answer({ headers: [OCSP], body: good }),
    url: (port) => `https://localhost:${port}/`,
    outcome: 'http-tls-failed',
    exit: 75,
  },
  {
    fault: 'it hangs up',
    cause: 'there is no answer where the responder should be',
    behaviour: hangUp,
    outcome: 'http-unreachable',
    exit: 75,
  },
  {
    fault: 'it breaks the connection',
    cause: 'there is no answer where the responder should be',
    behaviour: reset,
    outcome: 'http-unreachable',
    exit: 75,
  },
  {
    fault: 'the connection ends in the middle of the body',
    cause: 'there is no answer where the responder should be',
    behaviour: writeAndClose(`${HEAD}Content-Length: 500\r\n\r\nshort`),
    outcome: 'http-unreachable',
    exit: 75,
  },
  {
    fault: 'another protocol',
    cause: 'there is no answer where the responder should be',
    behaviour: writeAndClose('SSH-2.0-OpenSSH_9.2\r\n'),
    outcome: 'http-unreachable',
    exit: 75,
    isVague: true,
  },
  {
    fault: '101 Switching Protocols',
    cause: 'what answers does not take the question: 101',
    behaviour: writeAndClose(
      'HTTP/1.1 101 Switching Protocols\r\nConnection: Upgrade\r\nUpgrade: h2c\r\n\r\n',
    ),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'a redirect to where it came from',
    cause: 'the responder has moved, or a login page is on the way',
    behaviour: (request, socket) => void socket.write(answerBytes(redirect(request.target))),
    outcome: 'redirect-refused',
    exit: 75,
  },
  {
    fault: 'redirects without end',
    cause: 'the responder has moved, or a login page is on the way',
    behaviour: redirectsOn,
    outcome: 'redirect-refused',
    exit: 75,
  },
  { fault: 'a chunked body', cause: 'nothing is wrong', behaviour: chunked(good), outcome: 'good', exit: 0 },
  {
    fault: 'an answer in HTTP/1.0, without a length',
    cause: 'nothing is wrong',
    behaviour: writeAndClose(
      Buffer.concat([
        Buffer.from('HTTP/1.0 200 OK\r\nContent-Type: application/ocsp-response\r\n\r\n'),
        good,
      ]),
    ),
    outcome: 'good',
    exit: 0,
  },
  {
    fault: 'a wrong Content-Type',
    cause: 'the responder says good, so fetch succeeds; yet not all is well: Content-Type: text/plain',
    behaviour: answer({ headers: [['Content-Type', 'text/plain']], body: good }),
    outcome: 'good',
    exit: 0,
  },
  {
    fault: 'no Content-Type',
    cause: 'the responder says good, so fetch succeeds; yet not all is well: Content-Type: missing',
    behaviour: answer({ body: good }),
    outcome: 'good',
    exit: 0,
  },
  {
    fault: 'an empty answer',
    cause: 'something else answers in place of the responder',
    behaviour: answer({ headers: [OCSP] }),
    outcome: 'http-not-ocsp',
    exit: 75,
  },
  {
    fault: 'a response of 10 MB that says its length',
    cause: 'what answers is no OCSP responder',
    behaviour: answer({ headers: [OCSP], body: Buffer.concat([good, Buffer.alloc(10_000_000)]) }),
    outcome: 'http-too-large',
    exit: 65,
  },
  {
    fault: 'a body without a length and without end',
    cause: 'what answers is no OCSP responder',
    behaviour: endless(`${HEAD}Connection: close\r\n\r\n`, '0'.repeat(65_536)),
    outcome: 'http-too-large',
    exit: 65,
  },
  {
    fault: 'chunks without end',
    cause: 'what answers is no OCSP responder',
    behaviour: endless(`${HEAD}Transfer-Encoding: chunked\r\n\r\n`, `8000\r\n${'0'.repeat(32_768)}\r\n`),
    outcome: 'http-too-large',
    exit: 65,
  },
  {
    fault: 'headers without end',
    cause: 'what answers is no OCSP responder',
    behaviour: endless(HEAD, `X-More: ${'0'.repeat(1000)}\r\n`),
    outcome: 'http-too-large',
    exit: 65,
  },
  {
    fault: 'interim answers (1xx) without end',
    cause: 'what answers is no OCSP responder',
    behaviour: endless('', `HTTP/1.1 103 Early Hints\r\nX-More: ${'0'.repeat(1000)}\r\n\r\n`),
    outcome: 'http-too-large',
    exit: 65,
  },
  {
    fault: 'an error page of 10 MB',
    cause: 'the responder, or what stands before it, is in trouble; ask later: 503',
    behaviour: answer({ status: 503, reason: 'Service Unavailable', body: Buffer.alloc(10_000_000, ' ') }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'an error page without end',
    cause: 'the responder, or what stands before it, is in trouble; ask later: 500',
    behaviour: endless('HTTP/1.1 500 Oops\r\nConnection: close\r\n\r\n', ' '.repeat(65_536)),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: 'an error whose headers have no end',
    cause: 'what answers does not serve this Host or path',
    behaviour: endless('HTTP/1.1 403 Forbidden\r\n', `X-More: ${'0'.repeat(1000)}\r\n`),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: '404 Not Found',
    cause: 'what answers does not serve this Host or path: 404',
    behaviour: answer({ status: 404, reason: 'Not Found' }),
    outcome: 'http-status',
    exit: 75,
  },
  {
    fault: '500 Internal Server Error',
    cause: 'the responder, or what stands before it, is in trouble; ask later: 500',
    behaviour: answer({ status: 500, reason: 'Internal Server Error', body: 'oops' }),
    outcome: 'http-status',
    exit: 75,
  },
];
