/** Certificate extensions: one function each (RFC 5280 section 4.2, unless said otherwise). */
import { type KeyObject, createHash } from 'node:crypto';
import { isIPv4 } from 'node:net';
import { DerReader } from '../../der/reader.ts';
import { constructed, primitive } from '../../der/tags.ts';
import {
  bitString,
  boolean,
  explicit,
  integer,
  nullValue,
  octetString,
  oid,
  sequence,
  tlv,
} from '../../der/writer.ts';
import type { Extension } from '../../x509/extension.ts';
import { KEY_USAGES, type KeyUsage } from '../../x509/key-usage.ts';
import { OID } from '../../x509/oids.ts';

/** An extension with any identifier and any encoded value. */
export function extension(id: string, value: Buffer, critical = false): Extension {
  return { oid: id, critical, value };
}

/** RFC 5280 section 4.2.1.9; critical, as a CA certificate must have it. */
export function basicConstraints(ca: boolean, pathLength?: number, critical = true): Extension {
  const parts = ca ? [boolean(true), ...(pathLength === undefined ? [] : [integer(pathLength)])] : [];
  return extension(OID.basicConstraints, sequence(...parts), critical);
}

/** RFC 5280 section 4.2.1.3; a named bit list ends with its last bit that is set (X.690 11.2.2). */
export function keyUsage(usages: readonly KeyUsage[], critical = true): Extension {
  const bits = usages.map((usage) => KEY_USAGES.indexOf(usage));
  const count = Math.max(-1, ...bits) + 1;
  const octets = Buffer.alloc(Math.ceil(count / 8));
  for (const bit of bits) {
    const at = bit >> 3;
    octets.writeUInt8(octets.readUInt8(at) | (0x80 >> (bit & 7)), at);
  }
  return extension(OID.keyUsage, bitString(octets, octets.length * 8 - count), critical);
}

/** Key purposes by their identifiers, such as `OID.kpServerAuth` (RFC 5280 section 4.2.1.12). */
export function extKeyUsage(purposes: readonly string[], critical = false): Extension {
  return extension(OID.extKeyUsage, sequence(...purposes.map((purpose) => oid(purpose))), critical);
}

/** Host names (in ASCII) and addresses (IPv4 dotted, IPv6 in any spelling) of RFC 5280 section 4.2.1.6. */
export function subjectAltName(
  names: { readonly dns?: readonly string[]; readonly ip?: readonly string[] },
  critical = false,
): Extension {
  const { dns = [], ip = [] } = names;
  const parts = [
    ...dns.map((host) => tlv(primitive(2), Buffer.from(host, 'latin1'))),
    ...ip.map((address) => tlv(primitive(7), addressOctets(address))),
  ];
  return extension(OID.subjectAltName, sequence(...parts), critical);
}

function addressOctets(address: string): Buffer {
  if (isIPv4(address)) return Buffer.from(address.split('.').map(Number));
  // URL writes every spelling of an IPv6 address as groups of hex with at most one `::`.
  const [head = '', tail] = new URL(`http://[${address}]`).hostname.slice(1, -1).split('::');
  const [left, right] = [groups(head), groups(tail ?? '')];
  const zeros = Array.from({ length: 8 - left.length - right.length }, () => '0');
  return Buffer.from([...left, ...zeros, ...right].map((group) => group.padStart(4, '0')).join(''), 'hex');
}

const groups = (text: string): string[] => (text === '' ? [] : text.split(':'));

const uri = (url: string): Buffer => tlv(primitive(6), Buffer.from(url, 'latin1'));

/** Where the responder is and where the issuer's certificate is (RFC 5280 section 4.2.2.1), in the order given. */
export function authorityInfoAccess(urls: {
  readonly ocsp?: readonly string[];
  readonly caIssuers?: readonly string[];
}): Extension {
  const { ocsp = [], caIssuers = [] } = urls;
  const parts = [
    ...ocsp.map((url) => sequence(oid(OID.adOcsp), uri(url))),
    ...caIssuers.map((url) => sequence(oid(OID.adCaIssuers), uri(url))),
  ];
  return extension(OID.authorityInfoAccess, sequence(...parts));
}

/** SHA-1 of the octets of `subjectPublicKey`: RFC 5280 section 4.2.1.2 (1), and KeyHash of RFC 6960 section 4.2.1. */
export function keyIdentifier(publicKey: KeyObject): Buffer {
  const spki = DerReader.over(
    publicKey.export({ format: 'der', type: 'spki' }),
    'SubjectPublicKeyInfo',
  ).sequence();
  spki.raw();
  return createHash('sha1').update(spki.bitOctets()).digest();
}

/** RFC 5280 section 4.2.1.2. */
export function subjectKeyIdentifier(publicKey: KeyObject): Extension {
  return extension(OID.subjectKeyIdentifier, octetString(keyIdentifier(publicKey)));
}

/** RFC 5280 section 4.2.1.1, by the issuer's key alone. */
export function authorityKeyIdentifier(issuerKey: KeyObject): Extension {
  return extension(OID.authorityKeyIdentifier, sequence(tlv(primitive(0), keyIdentifier(issuerKey))));
}

/** Must-staple: the TLS feature `status_request`, number 5 (RFC 7633 section 4). */
export function tlsFeature(features: readonly number[] = [5], critical = false): Extension {
  return extension(OID.tlsFeature, sequence(...features.map((feature) => integer(feature))), critical);
}

/** id-pkix-ocsp-nocheck: a delegated signer whose own status nobody needs to ask (RFC 6960 section 4.2.2.2.1). */
export const ocspNoCheck = (): Extension => extension(OID.ocspNocheck, nullValue());

/** The certificate is so short-lived that its revocation is never told (RFC 9608 section 2). */
export const noRevAvail = (critical = false): Extension => extension(OID.noRevAvail, nullValue(), critical);

/** RFC 5280 section 4.2.1.13: one DistributionPoint for each URL. */
export function crlDistributionPoints(urls: readonly string[]): Extension {
  const points = urls.map((url) => sequence(explicit(0, tlv(constructed(0), uri(url)))));
  return extension(OID.cRLDistributionPoints, sequence(...points));
}
