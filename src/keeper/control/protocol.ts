/**
 * What goes over the control socket: one line of JSON in, lines of JSON out, then the end.
 *
 * `{"v":1,"request":"status"}` is answered by a StatusHeader, a CertificateView a line, and a StatusEnd.
 * `{"v":1,"request":"refresh","certificate":PATH or key}` by a RefreshAnswer when the attempt is over.
 * `{"v":1,"request":"rescan"}` by `{"v":1,"done":true}` when it is.
 * In place of any of them: a Refusal, also in the middle of a status.
 */
import { ResponseError, TransportError } from '../../errors.ts';
import { complaintOf } from '../trouble.ts';
import type { CertificateState, CertificateView } from '../view.ts';
import { isObject } from './read-view.ts';

export const PROTOCOL = 1;
/** A path has at most 4 KiB, and few come near. */
export const MAX_REQUEST_BYTES = 4096;

export type ControlRequest =
  | { readonly request: 'status' }
  | { readonly request: 'refresh'; readonly certificate: string }
  | { readonly request: 'rescan' };

/** The keeper itself. */
export interface KeeperFacts {
  readonly pid: number;
  /** Of restaple. */
  readonly version: string;
  /** In milliseconds since 1970. */
  readonly startedAt: number;
}

export interface StatusHeader extends KeeperFacts {
  readonly v: typeof PROTOCOL;
}

export type StateCounts = Readonly<Record<CertificateState, number>>;

/** Of the rows before it: without this line an answer is not whole. */
export interface StatusEnd {
  readonly counts: StateCounts;
}

/** `failure` is what the attempt failed with; `view` is the state after it, `published` the files that changed. */
export interface RefreshAnswer {
  readonly v: typeof PROTOCOL;
  readonly view: CertificateView;
  readonly published: readonly string[];
  readonly failure?: Failure;
}

export interface Refusal {
  readonly v: typeof PROTOCOL;
  readonly failure: Failure;
}

/** An error as it travels; beside code and message what a hint is chosen by. */
export interface Failure {
  readonly code: string;
  readonly message: string;
  readonly url?: string | undefined;
  readonly status?: number | undefined;
  readonly edge?: string | undefined;
  readonly isMetadata?: boolean;
  readonly isCached?: boolean;
}

export function failureOf(error: unknown): Failure {
  const { code, message } = complaintOf(error);
  if (error instanceof TransportError) {
    const { url, status, edge, isMetadata } = error;
    return { code, message, url, status, edge, isMetadata };
  }
  return { code, message, ...(error instanceof ResponseError && { isCached: error.isCached }) };
}

/** @returns the request, or what is wrong with it. */
export function parseRequest(line: string): ControlRequest | string {
  if (Buffer.byteLength(line) > MAX_REQUEST_BYTES)
    return `the request has more than ${MAX_REQUEST_BYTES} bytes`;
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch {
    return 'the request is no JSON';
  }
  if (!isObject(value)) return 'the request is no object';
  const { v, request, certificate } = value;
  if (v !== PROTOCOL) return `the request is not of version ${PROTOCOL}`;
  if (request === 'status' || request === 'rescan') return { request };
  if (request !== 'refresh') return 'the request is neither status nor refresh nor rescan';
  return typeof certificate === 'string' ? { request, certificate } : 'the request names no certificate';
}
