/**
 * Many requests to a relay over raw sockets, one in a hundred of them bad. Every answer is compared: a good request has the
 * bytes that its certificate had at the start, a bad one what is said to such.
 */
import { createRandom } from '../../src/simulation/random.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { encodeNonce } from '../../src/ocsp/extensions/nonce.ts';
import { createRequest } from '../../src/ocsp/ocsp-request.ts';
import { MALFORMED_REQUEST, UNAUTHORIZED } from '../../src/relay/statuses.ts';
import { type RawAnswer, type RawClient, askRaw, rawClient } from './raw-http.ts';
import { post } from './relay-front.ts';
import type { RelayProcess } from './relay-process.ts';

export interface SoakOptions {
  readonly requests: number;
  /** Of them so many at a time, each on a connection that is kept. */
  readonly clients: number;
  readonly seed: number;
  /** Certificates that are made up, and asked about before the first of these requests. */
  readonly strangers?: number;
  /** Called when a quarter of the requests is done, and after the last. */
  readonly quarter?: () => Promise<void>;
}

export interface SoakResult {
  readonly good: number;
  readonly bad: ReadonlyMap<string, number>;
  /** Answers that are not what they should be, the first few in words. */
  readonly wrong: readonly string[];
  readonly wrongs: number;
  /** Resident memory in KiB, as it was while the requests came: one value for every 500th part of them. */
  readonly memory: readonly number[];
  readonly seconds: number;
}

const CERTIFICATES = 200;
/** Of what is thrown for; some throws of good ones are four requests at once. */
const BAD_SHARE = 0.0115;
/** Connections that are left half-open; the oldest goes when there are more. */
const MAX_HALF_OPEN = 100;
const SAMPLES = 500;

interface Known {
  readonly der: Buffer;
  readonly base64: string;
  readonly path: string;
  readonly response: Buffer;
  readonly etag: string;
}

interface Good {
  readonly bytes: string | Uint8Array;
  readonly answers: number;
  readonly status: number;
}

type Bad = (relay: RelayProcess, random: () => number) => Promise<string | undefined>;

/** What somebody who means it sends. */
function goodRequest({ base64, der, etag, path }: Known, dice: number, { responder }: RelayProcess): Good {
  const one = { answers: 1, status: 200 };
  if (dice < 0.45) return { ...one, bytes: `GET /${path} HTTP/1.1\r\nHost: relay\r\n\r\n` };
  if (dice < 0.55) return { ...one, bytes: `GET /${base64} HTTP/1.1\r\nHost: relay\r\n\r\n` };
  if (dice < 0.6) return { ...one, bytes: `GET ${responder.url}${path} HTTP/1.1\r\nHost: x\r\n\r\n` };
  if (dice < 0.65) return { ...one, bytes: `GET /${responder.url}${path} HTTP/1.1\r\nHost: x\r\n\r\n` };
  if (dice < 0.7) {
    const condition = `If-None-Match: ${etag}\r\n`;
    return { answers: 1, status: 304, bytes: `GET /${path} HTTP/1.1\r\nHost: x\r\n${condition}\r\n` };
  }
  if (dice < 0.75) {
    const size = der.length.toString(16);
    const head = 'POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n';
    return { ...one, bytes: Buffer.concat([text(`${head}${size}\r\n`), der, text('\r\n0\r\n\r\n')]) };
  }
  if (dice < 0.8) {
    const each = `GET /${path} HTTP/1.1\r\nHost: x\r\n\r\n`;
    return { answers: 4, status: 200, bytes: each.repeat(4) };
  }
  return { ...one, bytes: post(der) };
}

const text = (words: string): Buffer => Buffer.from(words, 'latin1');

const randomBytes = (random: () => number, length: number): Buffer =>
  Buffer.from(Array.from({ length }, () => Math.floor(random() * 256)));

const expecting =
  (
    make: (relay: RelayProcess, random: () => number) => string | Uint8Array,
    isRight: (a: RawAnswer) => boolean,
  ): Bad =>
  async (relay, random) => {
    const answer = await askRaw(relay.port, make(relay, random));
    if (answer && isRight(answer)) return undefined;
    return answer ? `${answer.status} ${answer.body.toString('hex').slice(0, 40)}` : 'no answer';
  };

const status =
  (...all: readonly number[]) =>
  (answer: RawAnswer) =>
    all.includes(answer.status);
const says = (der: Buffer) => (answer: RawAnswer) => answer.status === 200 && answer.body.equals(der);
const successful = ({ body, status: code }: RawAnswer): boolean => code === 200 && body.length > 100;

const leafID = ({ pki }: RelayProcess) => createCertID(pki.leaf.certificate, pki.issuer.certificate);
const halfOpen: RawClient[] = [];

const BAD: ReadonlyMap<string, Bad> = new Map<string, Bad>([
  // Who sends bytes that happen to be none at all waits for the relay to say so.
  [
    'random bytes',
    expecting(
      (_, random) => Buffer.concat([text('\x16'), randomBytes(random, 400), text('\r\n\r\n')]),
      status(400, 431),
    ),
  ],
  [
    'truncated DER by GET',
    expecting(
      (relay, random) =>
        `GET /${encodeURIComponent(
          createRequest(leafID(relay))
            .toString('base64')
            .slice(0, 12 + Math.floor(random() * 60)),
        )} HTTP/1.1\r\n\r\n`,
      says(MALFORMED_REQUEST.der),
    ),
  ],
  [
    'truncated DER by POST',
    expecting(
      (relay, random) => post(createRequest(leafID(relay)).subarray(0, Math.floor(random() * 60))),
      says(MALFORMED_REQUEST.der),
    ),
  ],
  [
    'random bytes by POST',
    expecting(
      (_, random) => post(randomBytes(random, 1 + Math.floor(random() * 500))),
      says(MALFORMED_REQUEST.der),
    ),
  ],
  [
    'an oversized body',
    expecting((_, random) => post(Buffer.alloc(17_000 + Math.floor(random() * 200_000))), status(413)),
  ],
  [
    'another method',
    expecting(
      (_, random) =>
        `${['PUT', 'DELETE', 'OPTIONS', 'CONNECT', 'PATCH', 'TRACE'][Math.floor(random() * 6)]} /x HTTP/1.1\r\nHost: x\r\n\r\n`,
      status(400, 405),
    ),
  ],
  [
    'a flood of headers',
    expecting(() => `GET / HTTP/1.1\r\n${'X-Header: of some length\r\n'.repeat(2000)}\r\n`, status(431)),
  ],
  ['a path without a request', expecting(() => 'GET /index.html HTTP/1.1\r\nHost: x\r\n\r\n', status(404))],
  [
    'an issuer that nobody knows',
    expecting(
      (relay, random) => post(createRequest({ ...leafID(relay), issuerKeyHash: randomBytes(random, 20) })),
      says(UNAUTHORIZED.der),
    ),
  ],
  [
    'a serial number that is made up',
    expecting(
      (relay, random) =>
        post(
          createRequest({
            ...leafID(relay),
            serialNumber: Buffer.concat([Buffer.of(1), randomBytes(random, 8)]),
          }),
        ),
      successful,
    ),
  ],
  [
    'a nonce',
    expecting(
      (relay, random) => post(createRequest(leafID(relay), [encodeNonce(randomBytes(random, 32))])),
      successful,
    ),
  ],
  [
    'half a request, and silence',
    async ({ port }, random) => {
      const client = await rawClient(port);
      client.write(post(Buffer.alloc(80)).subarray(0, Math.floor(random() * 100)));
      halfOpen.push(client);
      if (halfOpen.length > MAX_HALF_OPEN) halfOpen.shift()?.close();
      return undefined;
    },
  ],
  [
    'half a request, and a reset',
    async ({ port }, random) => {
      const client = await rawClient(port);
      client.write(post(Buffer.alloc(80)).subarray(0, Math.floor(random() * 100)));
      client.socket.resetAndDestroy();
      return undefined;
    },
  ],
]);

export async function soak(relay: RelayProcess, options: SoakOptions): Promise<SoakResult> {
  const random = createRandom(options.seed);
  const known = await learn(relay);
  await crowd(relay, options);
  const kinds = [...BAD];
  const bad = new Map<string, number>();
  const wrong: string[] = [];
  const memory: number[] = [];
  const looks: Promise<void>[] = [];
  let [sent, good, wrongs] = [0, 0, 0];
  const isWrong = (words: string): void => {
    wrongs += 1;
    if (wrong.length < 20) wrong.push(words);
  };
  const every = Math.ceil(options.requests / SAMPLES);
  const count = (requests: number): void => {
    if (Math.floor(sent / every) !== Math.floor((sent + requests) / every)) memory.push(relay.memory() ?? 0);
    const quarters = Math.floor((4 * sent) / options.requests);
    sent += requests;
    if (Math.floor((4 * sent) / options.requests) > quarters)
      looks.push(options.quarter?.() ?? Promise.resolve());
  };
  const pick = <T>(all: readonly T[]): T => {
    const picked = all[Math.floor(random() * all.length)];
    if (picked === undefined) throw new Error('nothing to pick from');
    return picked;
  };

  const sendBad = async (): Promise<void> => {
    const [name, send] = pick(kinds);
    bad.set(name, (bad.get(name) ?? 0) + 1);
    count(1);
    const problem = await send(relay, random);
    if (problem !== undefined) isWrong(`${name}: ${problem}`);
  };
  const sendGood = async (client: RawClient): Promise<void> => {
    const about = pick(known);
    const { answers, bytes, status: expected } = goodRequest(about, random(), relay);
    count(answers);
    client.write(bytes);
    for (let i = 0; i < answers; i++) {
      const answer = await client.next();
      good += 1;
      const isRight = answer?.status === expected && (expected === 304 || answer.body.equals(about.response));
      if (!isRight) isWrong(`a good request: ${answer ? answer.status : 'no answer'}`);
    }
  };

  const start = performance.now();
  await Promise.all(
    Array.from({ length: options.clients }, async () => {
      const client = await rawClient(relay.port);
      while (sent < options.requests) await (random() < BAD_SHARE ? sendBad() : sendGood(client));
      client.close();
    }),
  );
  await Promise.all(looks);
  const seconds = (performance.now() - start) / 1000;
  for (const client of halfOpen.splice(0)) client.close();
  return { good, bad, wrong, wrongs, memory, seconds };
}

/** From then on what the relay keeps is as much as it ever will, where there are as many as it keeps. */
async function crowd(relay: RelayProcess, { clients, strangers = 0 }: SoakOptions): Promise<void> {
  let next = 0;
  const ask = async (): Promise<void> => {
    const client = await rawClient(relay.port);
    while (next < strangers) {
      const serialNumber = Buffer.from([2, next >> 8, next & 0xff, ...Buffer.alloc(6)]);
      next += 1;
      client.write(post(createRequest({ ...leafID(relay), serialNumber })));
      const answer = await client.next();
      if (!answer || !successful(answer)) throw new Error(`no answer about stranger ${next}`);
    }
    client.close();
  };
  await Promise.all(Array.from({ length: clients }, ask));
}

/** What the relay says of each certificate before anybody does harm. */
async function learn(relay: RelayProcess): Promise<readonly Known[]> {
  const known: Known[] = [];
  for (let i = 0; i < CERTIFICATES; i++) {
    const serialNumber = i === 0 ? leafID(relay).serialNumber : Buffer.from([0x20, i >> 8, i & 0xff]);
    const der = createRequest({ ...leafID(relay), serialNumber });
    const answer = await askRaw(relay.port, post(der));
    if (!answer || !successful(answer)) throw new Error(`the relay has no answer about certificate ${i}`);
    const base64 = der.toString('base64');
    const etag = answer.headers.get('etag') ?? '';
    known.push({ der, base64, path: encodeURIComponent(base64), response: answer.body, etag });
  }
  return known;
}
