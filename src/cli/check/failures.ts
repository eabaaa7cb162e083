/** Handshakes that failed, and how they are told of. */
import { ProbeError } from '../../errors.ts';
import { addressPort } from '../../http/place.ts';
import type { KeyType } from '../../probe/key-type.ts';
import type { Place } from '../../probe/look.ts';
import { printable } from '../../text.ts';

/** A handshake that failed. */
export interface Failure {
  readonly error: ProbeError;
  /** `undefined` where it never came to an address. */
  readonly connectTo: Place | undefined;
}

/** The same with what was asked for, for a server that may have nothing else. */
export function askedFor(keyType: KeyType, error: ProbeError, server: Place): ProbeError {
  const { code, cause, said } = error;
  const words = `asked for its ${keyType.toUpperCase()} certificate: ${withoutPlace(error, server)}`;
  return new ProbeError(code, `${placeOf(server)}: ${words}`, { cause, said });
}

/** As the messages of a look begin. */
export const placeOf = ({ host, port }: Place): string => printable(addressPort(host, String(port)));

function withoutPlace({ message }: ProbeError, server: Place): string {
  const place = `${placeOf(server)}: `;
  return message.startsWith(place) ? message.slice(place.length) : message;
}

/** What went wrong without the server, which whoever tells of it has named; with the address, where that is another. */
export function failureWords({ error, connectTo }: Failure, { host, port }: Place): string {
  const told = withoutPlace(error, { host, port });
  if (!connectTo) return told;
  const end = ` at ${connectTo.host}`;
  const words = told.endsWith(end) ? told.slice(0, -end.length) : told;
  if (connectTo.port !== port) return `at ${placeOf(connectTo)}: ${words}`;
  return connectTo.host === host ? words : `at ${printable(connectTo.host)}: ${words}`;
}
