/** A thread that fetches its share of many certificates: verifying them is work for every core there is. */
import { parentPort, workerData } from 'node:worker_threads';
import { Pace } from '../../pace.ts';
import { numberTemporariesFrom, removeTemporaries } from '../../store/atomic-file.ts';
import { doctorCommand } from '../doctor-command.ts';
import { buildRoad, openClient } from './build-road.ts';
import type { BulkJob, BulkOrders, FromWorker, ToWorker } from './bulk.ts';
import { fetchCertificate } from './one-certificate.ts';
import { type Report, type ReportOptions, reportOf } from './report.ts';
import type { Road } from './road.ts';

const { flags, limits, colorOut, colorErr, stopped, index }: BulkOrders = workerData;
const options: ReportOptions = { ...flags, colorOut, colorErr, doctor: doctorCommand(flags) };

/** Of temporary files, more than a thread ever makes. */
const NUMBERS = 1e9;

let done: [number, Report][] = [];

function hand(): void {
  const message: FromWorker = done;
  done = [];
  parentPort?.postMessage(message);
}

async function fetchOne({ id, path, foundIn, output }: BulkJob, road: Road): Promise<void> {
  const result = await fetchCertificate({ path, foundIn, problem: undefined }, output, road);
  if (done.length === 0) setImmediate(hand);
  done.push([id, reportOf(result, options)]);
}

/** Asking begins with the first of many, while the others are still read. */
async function fetchAll(jobs: readonly BulkJob[], road: Road): Promise<void> {
  const pace = new Pace();
  for (const job of jobs) {
    void fetchOne(job, road);
    if (pace.isOver()) await pace.rest();
  }
}

/** The process is about to end by a signal, and waits for this. */
function stop(): void {
  removeTemporaries();
  Atomics.store(stopped, index, 1);
  Atomics.notify(stopped, index);
  process.exit();
}

async function start(): Promise<void> {
  // `-v` says things between the results, and is for one thread.
  const io = { env: process.env, err: () => {}, now: () => new Date() };
  numberTemporariesFrom((index + 1) * NUMBERS);
  const road = await buildRoad(await openClient(flags, io.env), flags, limits, io);
  parentPort?.on('message', (message: ToWorker) => {
    if (message === 'stop') stop();
    else void fetchAll(message, road);
  });
}

void start();
