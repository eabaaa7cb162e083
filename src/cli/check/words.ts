/** The facts of a presentation in words, as the report has them. */
import { formatInstant } from '../../der/time.ts';
import { RestapleError } from '../../errors.ts';
import { CLIENT_CERTIFICATE_WANTED } from '../../probe/handshake.ts';
import { formatName } from '../../x509/name.ts';
import { describeKey, keyWords } from '../describe/key.ts';
import { describeLife, lifeWords } from '../describe/life.ts';
import { serialNumberHex } from '../describe/serial-number.ts';
import type { Presentation } from './presentation.ts';

/** `RSA 2048 bit`; `EC P-256`. */
export const keyName = ({ certificate }: Presentation): string =>
  keyWords(describeKey(certificate)).replace(/, exponent 65537$/, '');

export const leafWords = (it: Presentation): string =>
  `${formatName(it.certificate.subject)}, ${keyName(it)}, serial ${serialNumberHex(it.certificate.serialNumber)}`;

const ORIGINS = { given: 'as named', sent: 'sent by the server', fetched: 'fetched' } as const;

export function issuerWords({ certificate, issuer, chain }: Presentation): string {
  const name = formatName(certificate.issuer);
  if (!issuer) return `${name}; ${sentWords(chain.length)}`;
  return issuer instanceof RestapleError
    ? `${name}, not to be had`
    : `${name}, ${ORIGINS[issuer.origin]}; ${sentWords(chain.length)}`;
}

const sentWords = (count: number): string =>
  count === 1 ? 'the certificate came alone' : `${count} certificates came`;

export function validityWords({ certificate: { notBefore, notAfter } }: Presentation, now: Date): string {
  const words = lifeWords(describeLife(notBefore, notAfter, now));
  return `${formatInstant(notBefore)} to ${formatInstant(notAfter)}, ${words}`;
}

/** Who would trust it, and whether it is for this name: nothing of it counts for the staple. */
export function trustWords({ look: { untrusted, wrongName, servername } }: Presentation): string {
  const trust =
    untrusted === undefined
      ? 'trusted'
      : untrusted === CLIENT_CERTIFICATE_WANTED
        ? 'not known, as the server wants a certificate of its client'
        : `not trusted (${untrusted})`;
  const name =
    wrongName === undefined ? `for ${servername ?? 'this address'}` : `not for this server (${wrongName})`;
  return `${trust}, ${name}`;
}

/** Whether the promise of RFC 7633 is kept: each client gets a staple, and a good one. */
export function mustStapleWords({ mustStaple, staple, stapled, handshakes }: Presentation): string {
  if (!mustStaple) return 'no';
  if (stapled < handshakes) return 'yes, and broken';
  if (!staple) return 'yes';
  return staple.judged.status === 'good' ? 'yes, and kept' : 'yes, and broken';
}

export function stapleWords({ staple, stapled, handshakes }: Presentation): string {
  const size = staple ? `${staple.der.length} bytes` : stapled > 0 ? 'one, not looked at' : 'none';
  return handshakes === 1 ? size : `${size}, in ${stapled} of ${handshakes} handshakes`;
}
