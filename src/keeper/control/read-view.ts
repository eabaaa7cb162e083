/** A CertificateView out of what came over the socket: every field that the output relies on is what it should be. */
import type { ErrorCode } from '../../errors.ts';
import type { CertificateState, CertificateView } from '../view.ts';
import type { Complaint } from '../work.ts';

const STATES: Readonly<Record<CertificateState, true>> = {
  pending: true,
  good: true,
  missing: true,
  revoked: true,
  expired: true,
  'nothing to ask': true,
};

/** `undefined` for anything that is no view. */
export function readView(value: unknown): CertificateView | undefined {
  if (!isObject(value)) return undefined;
  const { key, certificate, files, state, mustStaple, responder, error, alarm } = value;
  if (typeof key !== 'string' || typeof certificate !== 'string' || !isState(state)) return undefined;
  return {
    key,
    certificate,
    files: stringsOf(files),
    state,
    mustStaple: mustStaple === true,
    responder: typeof responder === 'string' ? responder : undefined,
    thisUpdate: moment(value['thisUpdate']),
    validUntil: moment(value['validUntil']),
    nextAt: moment(value['nextAt']),
    isAsking: value['isAsking'] === true,
    failures: moment(value['failures']) ?? 0,
    error: readComplaint(error),
    alarm: alarm === 'warning' || alarm === 'critical' ? alarm : undefined,
  };
}

function readComplaint(value: unknown): Complaint | undefined {
  if (!isObject(value)) return undefined;
  const { code, message, at } = value;
  if (!isCode(code) || typeof message !== 'string') return undefined;
  return { code, message, at: moment(at) ?? 0 };
}

export const stringsOf = (value: unknown): readonly string[] =>
  Array.isArray(value) ? value.filter((one) => typeof one === 'string') : [];

/** A newer keeper may have codes that are not known here: nothing may rely on finding one. */
const isCode = (value: unknown): value is ErrorCode =>
  typeof value === 'string' && /^[a-z0-9-]{1,60}$/.test(value);

const isState = (value: unknown): value is CertificateState =>
  typeof value === 'string' && Object.hasOwn(STATES, value);

/** JSON has no Infinity: it is `null` there, and means never here. A Date can hold no more (ECMA-262 section 21.4.1.1). */
const moment = (value: unknown): number | undefined =>
  typeof value === 'number' && Math.abs(value) <= 8.64e15 ? value : undefined;

export const isObject = (value: unknown): value is Readonly<Record<string, unknown>> =>
  typeof value === 'object' && value !== null;
