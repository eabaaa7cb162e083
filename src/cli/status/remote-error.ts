/** An error of the keeper, as if it had come about here: with its exit code and its hint. */
import {
  type EdgeSign,
  type ErrorCode,
  KeeperError,
  ResponseError,
  RestapleError,
  type TransportCode,
  TransportError,
} from '../../errors.ts';
import type { Failure } from '../../keeper/control/protocol.ts';
import { isResponseCode } from '../../ocsp/rules.ts';
import { isErrorCode } from '../exit-codes.ts';

class RemoteError extends RestapleError {
  readonly code: ErrorCode;

  constructor(code: ErrorCode, message: string) {
    super(message);
    this.code = code;
  }
}

/** A code that this version does not know comes from a keeper of another one. */
export function errorOf({ code, message, url, status, edge, isMetadata, isCached }: Failure): RestapleError {
  if (isResponseCode(code)) return new ResponseError(code, message, { isCached: isCached === true });
  if (isTransportCode(code) && url !== undefined) {
    const options = { edge: isEdgeSign(edge) ? edge : undefined, isMetadata: isMetadata === true };
    return new TransportError(code, message, url, status, options);
  }
  if (isErrorCode(code)) return new RemoteError(code, message);
  return new KeeperError('keeper-no-answer', `${message} (${code})`);
}

const TRANSPORT: Readonly<Record<TransportCode, true>> = {
  'url-invalid': true,
  'address-refused': true,
  'redirect-refused': true,
  'proxy-failed': true,
  'http-unreachable': true,
  'http-tls-failed': true,
  'http-timeout': true,
  'http-status': true,
  'http-too-large': true,
  'http-not-ocsp': true,
};
const EDGES: Readonly<Record<EdgeSign, true>> = {
  'host-not-served': true,
  'rate-limited': true,
  'origin-gone': true,
  blocked: true,
  page: true,
  portal: true,
};

const isTransportCode = (code: string): code is TransportCode => Object.hasOwn(TRANSPORT, code);

const isEdgeSign = (sign: string | undefined): sign is EdgeSign =>
  sign !== undefined && Object.hasOwn(EDGES, sign);
