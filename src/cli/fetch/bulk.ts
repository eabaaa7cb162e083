/** What the thread that talks to the user and those that do the work say to each other. */
import type { FetchFlags } from '../verbs/fetch.ts';
import type { Report } from './report.ts';

/** What a worker has to know at its start. */
export interface BulkOrders {
  readonly flags: FetchFlags;
  /** Its share of the requests that may be under way. */
  readonly limits: { readonly total: number; readonly perHost: number };
  readonly colorOut: boolean;
  readonly colorErr: boolean;
  /** One number for each worker: 1 once its temporary files are gone and it makes no more. */
  readonly stopped: Int32Array;
  readonly index: number;
}

/** One certificate to be fetched, by its number in the call. */
export interface BulkJob {
  readonly id: number;
  readonly path: string;
  readonly foundIn: string | undefined;
  readonly output: string | undefined;
}

/** Many at a time, since each message wakes a thread. */
export type ToWorker = readonly BulkJob[] | 'stop';
export type FromWorker = readonly (readonly [id: number, report: Report])[];
