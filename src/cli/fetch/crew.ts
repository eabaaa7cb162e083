/**
 * Threads that fetch side by side, this one among them. A certificate costs half a millisecond, much of it signature checks and files, which
 * one thread does one after the other; the requests under way are divided, so no responder is asked by more at a time.
 */
import { existsSync } from 'node:fs';
import { availableParallelism } from 'node:os';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import type { Io } from '../io.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import type { BulkJob, BulkOrders, FromWorker, ToWorker } from './bulk.ts';
import type { Job } from './plan.ts';
import type { Report } from './report.ts';

/** DESIGN.md section 7. Both divide by two and by four. */
const [TOTAL, PER_HOST] = [64, 8];
/**
 * One thread takes so many certificates in a row: by turns, those of two responders that come by turns would each have one
 * thread, and half of the requests that they may have.
 */
const BLOCK = 32;
/** How long a process that is to end waits for its threads to tidy up. */
const STOP_MS = 1_000;

/** Beside the bundle of the command; where Node runs the sources there is none, and one thread does it all. */
const PROGRAM = join(import.meta.dirname, 'bulk-worker.cjs');

/**
 * As many threads as there are cores, up to four; none where one is all there is. `-v` tells each step as it happens,
 * which threads cannot.
 */
export function startCrew(flags: FetchFlags, io: Pick<Io, 'colorOut' | 'colorErr'>): Crew | undefined {
  const { jobs = TOTAL, verbose } = flags;
  const cores = availableParallelism();
  if (jobs < TOTAL || verbose || cores < 2 || !existsSync(PROGRAM)) return undefined;
  return new Crew(cores < 4 ? 2 : 4, flags, io);
}

interface Member {
  /** `undefined`: this very thread. */
  readonly worker: Worker | undefined;
  waiting: BulkJob[];
  underWay: number;
}

interface Promised {
  readonly resolve: (report: Report) => void;
  readonly reject: (error: Error) => void;
}

/** Threads at work, until they are closed. */
export class Crew {
  /** The share of each thread. */
  readonly limits: BulkOrders['limits'];
  readonly #members: readonly Member[];
  /** Who gets the next one. */
  #member: Member | undefined;
  readonly #promised = new Map<number, Promised>();
  readonly #stopped: Int32Array<SharedArrayBuffer>;
  #next = 0;

  constructor(size: 2 | 4, flags: FetchFlags, { colorOut, colorErr }: Pick<Io, 'colorOut' | 'colorErr'>) {
    const limits = { total: Math.floor((flags.jobs ?? TOTAL) / size), perHost: PER_HOST / size };
    this.limits = limits;
    this.#stopped = new Int32Array(new SharedArrayBuffer((size - 1) * Int32Array.BYTES_PER_ELEMENT));
    const workers = Array.from({ length: size - 1 }, (_, index) => {
      const workerData: BulkOrders = { flags, limits, colorOut, colorErr, stopped: this.#stopped, index };
      return this.#join(new Worker(PROGRAM, { workerData }));
    });
    this.#members = [...workers, { worker: undefined, waiting: [], underWay: 0 }];
  }

  /**
   * `here` does the work in this thread.
   *
   * @throws Error when a thread has ended.
   */
  perform(job: Job, here: (job: Job) => Promise<Report>): Promise<Report> {
    const id = this.#next++;
    if (id % BLOCK === 0) this.#member = undefined;
    const member = (this.#member ??= this.#members.reduce((a, b) => (b.underWay < a.underWay ? b : a)));
    member.underWay += 1;
    const { worker, waiting } = member;
    if (!worker) return here(job).finally(() => (member.underWay -= 1));
    const { target, output } = job;
    if (waiting.length === 0) setImmediate(() => send(member));
    waiting.push({ id, path: target.path, foundIn: target.foundIn, output });
    // This thread may be at work for long before its loop turns.
    if (waiting.length === BLOCK) send(member);
    return new Promise((resolve, reject) => this.#promised.set(id, { resolve, reject }));
  }

  /** Returns when no thread has a temporary file any more, or will make one: for a process that is about to end. */
  stopNow(): void {
    const stop: ToWorker = 'stop';
    const workers = this.#members.flatMap(({ worker }) => worker ?? []);
    for (const worker of workers) worker.postMessage(stop);
    for (const index of workers.keys()) Atomics.wait(this.#stopped, index, 0, STOP_MS);
  }

  close(): void {
    for (const { worker } of this.#members) void worker?.terminate();
  }

  #join(worker: Worker): Member {
    const member: Member = { worker, waiting: [], underWay: 0 };
    worker.on('message', (reports: FromWorker) => {
      member.underWay -= reports.length;
      for (const [id, report] of reports) {
        this.#promised.get(id)?.resolve(report);
        this.#promised.delete(id);
      }
    });
    worker.on('error', (error) => {
      for (const { reject } of this.#promised.values()) reject(error);
    });
    return member;
  }
}

function send(member: Member): void {
  const jobs: ToWorker = member.waiting;
  if (jobs.length === 0) return;
  member.waiting = [];
  member.worker?.postMessage(jobs);
}
