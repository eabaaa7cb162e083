import { hex } from '../../text.ts';

/** As openssl prints it: without the octet of zeros that only says that the number is not negative. */
export function serialNumberHex(octets: Buffer): string {
  return hex(octets.length > 1 && octets[0] === 0 ? octets.subarray(1) : octets);
}
