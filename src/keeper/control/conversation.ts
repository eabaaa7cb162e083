/**
 * One client of the control socket. It may send rubbish, too much, too little or nothing, read slowly or not at all, and
 * go away at any moment: each of these ends with this conversation alone.
 */
import type { Socket } from 'node:net';
import { setImmediate } from 'node:timers/promises';
import { KeeperError } from '../../errors.ts';
import type { CertificateState, CertificateView } from '../view.ts';
import {
  type ControlRequest,
  type Failure,
  MAX_REQUEST_BYTES,
  PROTOCOL,
  type RefreshAnswer,
  type Refusal,
  type StatusEnd,
  type StatusHeader,
  failureOf,
  parseRequest,
} from './protocol.ts';
import type { Controlled } from './controlled.ts';

/** What is in memory of an answer, whatever its length. */
const PIECE_CHARACTERS = 65_536;

/** In milliseconds. */
export interface Limits {
  /** For the whole request. */
  readonly requestMs: number;
  /** For each piece of the answer to be taken off our hands. */
  readonly drainMs: number;
}

/** Resolves when nothing more is to come. Never throws. */
export async function converse(socket: Socket, controlled: Controlled, limits: Limits): Promise<void> {
  // That a client went away is seen by its being closed.
  socket.on('error', () => {});
  const line = await within(limits.requestMs, socket, requestLine(socket));
  if (line === undefined) return;
  const request = parseRequest(line);
  try {
    if (typeof request === 'string') await say(socket, limits, [refusal(invalid(request))]);
    else await answer(request, socket, controlled, limits);
  } catch (error) {
    await say(socket, limits, [refusal(failureOf(error))]);
  }
  await within(limits.drainMs, socket, ended(socket));
  socket.destroy();
}

const invalid = (message: string): Failure => ({ code: 'request-invalid', message });
const refusal = (failure: Failure): Refusal => ({ v: PROTOCOL, failure });

async function answer(
  request: ControlRequest,
  socket: Socket,
  controlled: Controlled,
  limits: Limits,
): Promise<void> {
  switch (request.request) {
    case 'status':
      return say(socket, limits, statusLines(controlled));
    case 'refresh':
      return say(socket, limits, [await refresh(request.certificate, controlled)]);
    case 'rescan':
      await controlled.rescan();
      return say(socket, limits, [{ v: PROTOCOL, done: true }]);
  }
}

function* statusLines(controlled: Controlled): Generator<StatusHeader | CertificateView | StatusEnd> {
  const { pid, version, startedAt } = controlled.about();
  yield { v: PROTOCOL, pid, version, startedAt };
  const counts: Record<CertificateState, number> = {
    pending: 0,
    good: 0,
    missing: 0,
    revoked: 0,
    expired: 0,
    'nothing to ask': 0,
  };
  for (const view of controlled.views()) {
    counts[view.state] += 1;
    yield view;
  }
  yield { counts };
}

async function refresh(certificate: string, controlled: Controlled): Promise<RefreshAnswer> {
  const outcome = await controlled.refresh(certificate);
  if (!outcome) throw new KeeperError('certificate-not-kept', `${certificate} is not kept`);
  const { view, published = [], error } = outcome;
  return { v: PROTOCOL, view, published, ...(error !== undefined && { failure: failureOf(error) }) };
}

/** The first line, or what came before the end; `undefined` when the client is gone, or was sent away. */
function requestLine(socket: Socket): Promise<string | undefined> {
  return new Promise((done) => {
    let request = Buffer.alloc(0);
    socket.on('data', (chunk: Buffer) => {
      request = Buffer.concat([request, chunk]);
      const end = request.indexOf('\n');
      if (end === -1 && request.length <= MAX_REQUEST_BYTES) return;
      // The rest is nobody's: it stays where it is until the socket closes.
      socket.removeAllListeners('data').pause();
      done(request.toString('utf8', 0, end === -1 ? request.length : end));
    });
    socket.once('end', () => done(request.toString()));
    socket.once('close', () => done(undefined));
  });
}

/** Line by line, with no more of it in memory than a piece, and a turn for others after each. */
async function say(socket: Socket, limits: Limits, lines: Iterable<object>): Promise<void> {
  let piece = '';
  for (const line of lines) {
    piece += `${JSON.stringify(line)}\n`;
    if (piece.length < PIECE_CHARACTERS) continue;
    await hand(piece, socket, limits);
    if (socket.destroyed) return;
    piece = '';
  }
  if (piece !== '') await hand(piece, socket, limits);
}

async function hand(piece: string, socket: Socket, { drainMs }: Limits): Promise<void> {
  if (!socket.destroyed && !socket.write(piece)) await within(drainMs, socket, event(socket, 'drain'));
  await setImmediate();
}

function ended(socket: Socket): Promise<void> {
  const finished = event(socket, 'finish');
  socket.end();
  return finished;
}

/** Listens for one of the two and leaves no listener behind: a long answer waits hundreds of times. */
function event(socket: Socket, name: 'drain' | 'finish'): Promise<void> {
  return new Promise((resolve) => {
    if (socket.destroyed) resolve();
    const done = (): void => {
      socket.off(name, done).off('close', done);
      resolve();
    };
    socket.on(name, done).on('close', done);
  });
}

/** Closes the socket when it takes longer, which ends the step. */
async function within<T>(ms: number, socket: Socket, step: Promise<T>): Promise<T> {
  const timer = setTimeout(() => socket.destroy(), ms);
  try {
    return await step;
  } finally {
    clearTimeout(timer);
  }
}
