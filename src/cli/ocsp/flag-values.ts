/** The values of flags from their text. */
import { type GivenFlag } from './parse-flags.ts';
import { UsageError } from '../arguments.ts';

/** What a time may be counted in: three hundred years, and no more than a Date can hold. */
const MAX_SECONDS = 10_000_000_000;

/** To openssl `010` is eight: what two programs read in two ways is refused. */
const DECIMAL = /^(?:0|[1-9]\d{0,10})$/;

/** A whole number of seconds, from `least`. @throws UsageError */
export function seconds({ name, value }: GivenFlag, least: number): number {
  const number = DECIMAL.test(value) ? Number(value) : NaN;
  if (!(number >= least && number <= MAX_SECONDS))
    throw new UsageError(`-${name} ${value}: expected a whole number of seconds, from ${least}`);
  return number;
}

/** @throws UsageError */
export function port({ name, value }: GivenFlag): string {
  const number = DECIMAL.test(value) ? Number(value) : NaN;
  if (!(number >= 1 && number <= 65_535)) throw new UsageError(`-${name} ${value}: expected 1 to 65535`);
  return String(number);
}

/** RFC 5280 section 4.1.2.2 allows 20 octets; openssl prints, and so people copy, longer ones of private CAs. */
const MAX_HEX_DIGITS = 128;

/**
 * A serial number as openssl reads it, decimal or behind `0x` hexadecimal, with or without a minus: the content octets
 * of its INTEGER.
 *
 * @throws UsageError
 */
export function serialNumber(text: string): Buffer {
  const [, minus, digits = ''] = /^(-?)(0x[\da-f]+|\d+)$/i.exec(text) ?? [];
  if (digits === '' || digits.length > MAX_HEX_DIGITS)
    throw new UsageError(`-serial ${text}: expected a number, decimal or hexadecimal behind 0x`);
  const value = minus === '-' ? -BigInt(digits) : BigInt(digits);
  // One bit more than the magnitude has, for the sign.
  const bits = BigInt((value < 0n ? -value - 1n : value).toString(2).length + 1);
  const octets = Number((bits + 7n) / 8n);
  return Buffer.from(
    BigInt.asUintN(octets * 8, value)
      .toString(16)
      .padStart(octets * 2, '0'),
    'hex',
  );
}
