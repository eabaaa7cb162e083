/** `restaple fetch --stdout`, asked from within. */
import { readResponse } from '../../ocsp/read-response.ts';
import type { Io } from '../io.ts';
import type { FetchFlags } from '../verbs/fetch.ts';
import { isNearEnd } from './near-end.ts';

/** @returns the staple; `undefined` when there is none to be had now, and why stands on standard error. */
export async function fetchedStaple(path: string, flags: FetchFlags, io: Io): Promise<Buffer | undefined> {
  const written: Uint8Array[] = [];
  const { fetchCommand } = await import('../commands/fetch.ts');
  const out = (text: string | Uint8Array): void => void written.push(Buffer.from(text));
  const exitCode = await fetchCommand([path], flags, { ...io, out });
  const der = Buffer.concat(written);
  if (exitCode !== 0 || der.length === 0) return undefined;
  if (!endsSoon(der, io.now())) return der;
  io.err('restaple: the response is too near its end for a server that does not look at it\n');
  return undefined;
}

/** A cache may keep a response to its last second. */
function endsSoon(der: Buffer, now: Date): boolean {
  return readResponse(der).tbsResponseData.responses.some(
    ({ thisUpdate, nextUpdate }) =>
      nextUpdate !== undefined && isNearEnd({ thisUpdate, validUntil: nextUpdate }, now),
  );
}
