/** The other end of the control socket: asks a running keeper. */
import { type Socket, connect } from 'node:net';
import { KeeperError } from '../../errors.ts';
import type { CertificateView } from '../view.ts';
import {
  type ControlRequest,
  type Failure,
  type KeeperFacts,
  PROTOCOL,
  type RefreshAnswer,
} from './protocol.ts';
import { isObject, readView, stringsOf } from './read-view.ts';
import { requireSocketPath } from './socket-path.ts';

/** A keeper that is well says something at once. */
const QUIET_MS = 10_000;
/** A refresh waits for a responder, and for those that asked it before. */
const REFRESH_QUIET_MS = 300_000;
/** A path may have 4 KiB and every byte of it take six; a message quotes a line of an answer. */
const MAX_LINE_CHARACTERS = 65_536;

/** A keeper and what it keeps. */
export interface KeeperStatus extends KeeperFacts {
  readonly views: readonly CertificateView[];
}

/**
 * @throws KeeperError `keeper-not-running` when nobody listens at `path`, `keeper-no-answer` when what listens there is no
 *   keeper of this version, or dies, or says nothing, and `socket-unusable` for a path that none can have.
 */
export async function askStatus(path: string): Promise<KeeperStatus> {
  const lines = exchange(path, { request: 'status' }, QUIET_MS);
  const { pid, version, startedAt } = await first(lines, path);
  const views: CertificateView[] = [];
  for await (const line of lines) {
    refuse(line, path);
    const view = readView(line);
    if (view) views.push(view);
    else if (total(line['counts']) !== views.length) throw unintelligible(path);
    else return { pid: Number(pid), version: String(version), startedAt: Number(startedAt), views };
  }
  throw brokenOff(path);
}

/**
 * Waits for the attempt; several at once are one.
 *
 * @param certificate an absolute path as the keeper has it, or a key.
 * @throws KeeperError as `askStatus`, and `certificate-not-kept`.
 */
export async function askRefresh(path: string, certificate: string): Promise<Omit<RefreshAnswer, 'v'>> {
  const lines = exchange(path, { request: 'refresh', certificate }, REFRESH_QUIET_MS);
  const { view: row, published, failure } = await first(lines, path);
  const view = readView(row);
  if (!view) throw unintelligible(path);
  return { view, published: stringsOf(published), ...(isFailure(failure) && { failure }) };
}

/** Has the keeper look for certificates that came or went, and waits for it. @throws KeeperError as `askStatus`. */
export async function askRescan(path: string): Promise<void> {
  const { done } = await first(exchange(path, { request: 'rescan' }, REFRESH_QUIET_MS), path);
  if (done !== true) throw unintelligible(path);
}

type Line = Readonly<Record<string, unknown>>;

/** The line that says the version; a refusal is thrown. */
async function first(lines: AsyncGenerator<Line>, path: string): Promise<Line> {
  const { value: line, done } = await lines.next();
  if (done === true) throw brokenOff(path);
  const { v, view } = line;
  if (v !== PROTOCOL) {
    const problem = `the keeper at ${path} speaks version ${String(v)} of the protocol, not ${PROTOCOL}`;
    throw new KeeperError('keeper-no-answer', problem);
  }
  // Beside a view, a failure is the outcome that was asked for.
  if (view === undefined) refuse(line, path);
  return line;
}

/** The lines of the answer. */
async function* exchange(
  path: string,
  request: ControlRequest,
  quietMs: number,
): AsyncGenerator<Line, undefined> {
  const socket = await dial(path);
  socket.setTimeout(quietMs, () => socket.destroy(silent(path)));
  socket.write(`${JSON.stringify({ v: PROTOCOL, ...request })}\n`);
  try {
    let rest = '';
    for await (const chunk of socket.setEncoding('utf8') as AsyncIterable<string>) {
      const lines = (rest + chunk).split('\n');
      rest = lines.pop() ?? '';
      if (rest.length > MAX_LINE_CHARACTERS) throw unintelligible(path);
      for (const line of lines) yield parse(line, path);
    }
  } catch (error) {
    throw error instanceof KeeperError ? error : brokenOff(path, error);
  } finally {
    socket.destroy();
  }
}

const REASONS: Readonly<Record<string, string>> = {
  ENOENT: 'no socket is there',
  ECONNREFUSED: 'nobody listens there',
  EACCES: 'permission denied',
};

async function dial(path: string): Promise<Socket> {
  requireSocketPath(path);
  const socket = connect(path);
  return new Promise((done, failed) => {
    socket.once('connect', () => {
      socket.removeAllListeners('error');
      done(socket);
    });
    socket.once('error', (error) => {
      const code = 'code' in error ? String(error.code) : error.message;
      const problem = `no keeper answers at ${path}: ${REASONS[code] ?? code}`;
      failed(new KeeperError('keeper-not-running', problem, { cause: error }));
    });
  });
}

function parse(line: string, path: string): Line {
  try {
    const value: unknown = JSON.parse(line);
    if (isObject(value)) return value;
  } catch {
    // As for anything that is no object.
  }
  throw unintelligible(path);
}

function refuse({ failure }: Line, path: string): void {
  if (!isFailure(failure)) return;
  const { code, message } = failure;
  if (code === 'certificate-not-kept') throw new KeeperError(code, message);
  throw new KeeperError('keeper-no-answer', `the keeper at ${path} refused: ${message}`);
}

function isFailure(value: unknown): value is Failure {
  return isObject(value) && typeof value['code'] === 'string' && typeof value['message'] === 'string';
}

const total = (counts: unknown): number =>
  isObject(counts) ? Object.values(counts).reduce<number>((sum, count) => sum + Number(count), 0) : NaN;

const unintelligible = (path: string): KeeperError =>
  new KeeperError('keeper-no-answer', `what listens at ${path} does not speak as a keeper does`);

const silent = (path: string): KeeperError =>
  new KeeperError('keeper-no-answer', `the keeper at ${path} says nothing`);

const brokenOff = (path: string, cause?: unknown): KeeperError =>
  new KeeperError('keeper-no-answer', `the keeper at ${path} broke off in the middle of its answer`, {
    cause,
  });
