/**
 * Every fault known from the field, in one table: docs/reference/faults.md is made from it, and each verb that asks a
 * responder is put to all of it.
 */
import { type TestPki, shift, testResponse } from '../pki.ts';
import { edgeFaults } from './edges.ts';
import type { Fault } from './fault.ts';
import { responseFaults } from './responses.ts';
import { transportFaults } from './transport.ts';

export type { Fault } from './fault.ts';

export interface FaultTable {
  /** The staple that is there before: good, and older than what is served as good. */
  readonly present: Buffer;
  readonly groups: readonly { readonly title: string; readonly faults: readonly Fault[] }[];
}

const HOUR = 3_600_000;

/** The faults of a responder for the leaf of `pki`, as of `pki.now`. */
export function faultTable(pki: TestPki): FaultTable {
  const at = (from: number, to: number): Buffer =>
    testResponse(pki, { thisUpdate: shift(pki.now, from * HOUR), nextUpdate: shift(pki.now, to * HOUR) });
  const good = at(-2, 10);
  return {
    present: at(-4, 8),
    groups: [
      { title: 'The way there and back', faults: transportFaults(good) },
      { title: 'What stands before the responder', faults: edgeFaults(good, at(-26, -14)) },
      { title: 'The response', faults: responseFaults(pki, good) },
    ],
  };
}
