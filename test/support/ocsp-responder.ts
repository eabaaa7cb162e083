/** An OCSP responder on loopback that answers any request about the certificates of one issuer, signing as it goes. */
import { type IncomingHttpHeaders, type IncomingMessage, type ServerResponse, createServer } from 'node:http';
import { answerRequest } from '../../src/demo/pki/answer.ts';
import type { Entity } from '../../src/demo/pki/entity.ts';
import type { CertStatus } from '../../src/ocsp/cert-status.ts';
import type { ResponderID } from '../../src/ocsp/responder-id.ts';
import { bodyOf, close, listen } from './loopback.ts';
import type { TestPki } from './pki.ts';

/** A request as it came: `ocsp` is the OCSPRequest in DER, out of the path of a GET or the body of a POST. */
export interface RecordedRequest {
  readonly method: string;
  readonly path: string;
  readonly headers: IncomingHttpHeaders;
  readonly ocsp: Buffer;
}

/** An HTTP answer; `status` is 200 and the type that of OCSP unless said otherwise. */
export interface Reply {
  readonly status?: number;
  readonly headers?: Readonly<Record<string, string>>;
  readonly body: Uint8Array | string;
}

/**
 * The delegate of `pki` signs unless `signer` does. Serial numbers without an entry have `defaultStatus`: unknown.
 * Answers hold from `now` (by default the real clock's, when the answer is first asked for) for `validityMs` (twelve
 * hours). `mangle` has the last word about what is sent.
 */
export interface ResponderOptions {
  readonly pki: TestPki;
  readonly signer?: Entity;
  readonly responderID?: ResponderID['type'];
  readonly defaultStatus?: CertStatus;
  readonly now?: () => Date;
  readonly validityMs?: number;
  readonly mangle?: (der: Buffer, request: RecordedRequest) => Buffer | Reply;
}

export interface Responder {
  readonly port: number;
  /** `http://127.0.0.1:PORT/` */
  readonly url: string;
  /** Every request so far, oldest first. */
  readonly requests: readonly RecordedRequest[];
  /** Says what is answered about a certificate from now on; the leaf of `pki` is good from the start. */
  setStatus(serialNumber: Buffer, status: CertStatus): void;
  close(): Promise<void>;
}

const OCSP_RESPONSE = { 'Content-Type': 'application/ocsp-response' };

/** Starts a responder on a free port. */
export async function startResponder(options: ResponderOptions): Promise<Responder> {
  const { pki, mangle = (der) => der } = options;
  const statuses = new Map<string, CertStatus>([
    [pki.leaf.certificate.serialNumber.toString('hex'), { type: 'good' }],
  ]);
  // Signing costs more than all the rest; the same request has the same answer until a status changes.
  const signed = new Map<string, Buffer>();
  const requests: RecordedRequest[] = [];

  const answer = (ocsp: Buffer): Buffer => {
    const key = ocsp.toString('latin1');
    const known = signed.get(key);
    if (known) return known;
    const thisUpdate = options.now?.() ?? new Date();
    const der = answerRequest(ocsp, {
      issuer: pki.issuer.certificate,
      signer: options.signer ?? pki.delegate,
      responderID: options.responderID ?? 'byKey',
      statusOf: (serial) =>
        statuses.get(serial.toString('hex')) ?? options.defaultStatus ?? { type: 'unknown' },
      thisUpdate,
      nextUpdate: new Date(thisUpdate.getTime() + (options.validityMs ?? 12 * 60 * 60 * 1000)),
    });
    signed.set(key, der);
    return der;
  };

  const handle = async (incoming: IncomingMessage, outgoing: ServerResponse): Promise<void> => {
    const body = await bodyOf(incoming);
    const { method = '', url: path = '', headers } = incoming;
    const request = { method, path, headers, ocsp: method === 'GET' ? requestOfPath(path) : body };
    requests.push(request);
    const result = mangle(answer(request.ocsp), request);
    const reply: Reply = Buffer.isBuffer(result) ? { body: result } : result;
    const length = Buffer.byteLength(reply.body);
    outgoing
      .writeHead(reply.status ?? 200, { ...OCSP_RESPONSE, 'Content-Length': length, ...reply.headers })
      .end(reply.body);
  };

  const server = createServer((incoming, outgoing) => void handle(incoming, outgoing));
  const port = await listen(server);
  return {
    port,
    url: `http://127.0.0.1:${port}/`,
    requests,
    setStatus(serialNumber, status) {
      statuses.set(serialNumber.toString('hex'), status);
      signed.clear();
    },
    close: () => close(server),
  };
}

/** The request in the path of a GET: base64, then URL-encoded (RFC 6960 appendix A.1), slashes of the base64 included. */
function requestOfPath(path: string): Buffer {
  return Buffer.from(decodeURIComponent(path.replace(/^\/+/, '')), 'base64');
}
