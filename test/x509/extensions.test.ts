/** The values of certificate extensions. */
import { describe, expect, it } from 'vitest';
import {
  basicConstraints as encodeBasicConstraints,
  keyUsage as encodeKeyUsage,
} from '../../src/demo/pki/extensions.ts';
import { extKeyUsage as encodeExtKeyUsage, extension } from '../../src/demo/pki/extensions.ts';
import { decodeWhole } from '../../src/der/reader.ts';
import {
  bitString,
  boolean,
  integer,
  nullValue,
  oid,
  sequence,
  setOf,
  tlv,
  utf8String,
} from '../../src/der/writer.ts';
import { RestapleError } from '../../src/errors.ts';
import { basicConstraints } from '../../src/x509/basic-constraints.ts';
import type { Certificate } from '../../src/x509/certificate.ts';
import { type Extension, decodeExtensions, encodeExtensions } from '../../src/x509/extension.ts';
import { decodeGeneralName, formatGeneralName } from '../../src/x509/general-name.ts';
import { type KeyUsage, extendedKeyUsage, keyUsage } from '../../src/x509/key-usage.ts';
import { OID } from '../../src/x509/oids.ts';
import { createTestPki } from '../support/pki.ts';

const { leaf } = createTestPki();
const having = (...extensions: readonly Extension[]): Certificate => ({ ...leaf.certificate, extensions });

describe('keyUsage', () => {
  const ALL: readonly KeyUsage[] = [
    'digitalSignature',
    'nonRepudiation',
    'keyEncipherment',
    'dataEncipherment',
    'keyAgreement',
    'keyCertSign',
    'cRLSign',
    'encipherOnly',
    'decipherOnly',
  ];

  it.each(ALL)('says %s alone', (usage) => {
    expect(keyUsage(having(encodeKeyUsage([usage])))).toEqual([usage]);
  });

  it('says all of them, none of them, or nothing', () => {
    expect(keyUsage(having(encodeKeyUsage(ALL)))).toEqual(ALL);
    expect(keyUsage(having(encodeKeyUsage([])))).toEqual([]);
    expect(keyUsage(having())).toBeUndefined();
  });

  it('is read from bits, with unused ones at the end', () => {
    const usage = having(extension(OID.keyUsage, bitString(Buffer.of(0xa0), 5)));
    expect(keyUsage(usage)).toEqual(['digitalSignature', 'keyEncipherment']);
    expect(() => keyUsage(having(extension(OID.keyUsage, integer(1))))).toThrow(
      'keyUsage: expected BIT STRING',
    );
  });
});

describe('extKeyUsage', () => {
  it('names purposes, or restricts nothing', () => {
    expect(extendedKeyUsage(having(encodeExtKeyUsage([OID.kpServerAuth, '1.2.3'])))).toEqual([
      OID.kpServerAuth,
      '1.2.3',
    ]);
    expect(extendedKeyUsage(having())).toBeUndefined();
  });
});

describe('basicConstraints', () => {
  it.each([
    ['a CA', encodeBasicConstraints(true), { ca: true, pathLength: undefined }],
    ['a CA with a path length', encodeBasicConstraints(true, 3), { ca: true, pathLength: 3 }],
    ['no CA', encodeBasicConstraints(false), { ca: false, pathLength: undefined }],
    [
      'no CA, spelt out',
      extension(OID.basicConstraints, sequence(boolean(false))),
      { ca: false, pathLength: undefined },
    ],
  ])('%s', (_, one, expected) => {
    expect(basicConstraints(having(one))).toEqual(expected);
  });

  it('is refused with something behind it', () => {
    const odd = having(extension(OID.basicConstraints, sequence(boolean(true), integer(1), nullValue())));
    expect(() => basicConstraints(odd)).toThrow(RestapleError);
  });
});

describe('Extensions', () => {
  it('are read and written with and without the critical bit', () => {
    const extensions = [
      { oid: '1.2.3', critical: true, value: Buffer.of(5, 0) },
      { oid: '1.2.4', critical: false, value: Buffer.alloc(0) },
    ];
    expect(decodeWhole(encodeExtensions(extensions), 'Extensions', decodeExtensions)).toEqual(extensions);
  });

  it('that spell the default out are read', () => {
    const der = sequence(sequence(oid('1.2.3'), boolean(false), tlv(0x04)));
    expect(decodeWhole(der, 'Extensions', decodeExtensions)).toEqual([
      { oid: '1.2.3', critical: false, value: Buffer.alloc(0) },
    ]);
  });
});

describe('GeneralName', () => {
  const directory = sequence(setOf(sequence(oid('2.5.4.3'), utf8String('a, b'))));

  it.each([
    ['DNS', tlv(0x82, Buffer.from('www.example.test')), 'DNS:www.example.test'],
    ['e-mail', tlv(0x81, Buffer.from('a@example.test')), 'email:a@example.test'],
    ['URI', tlv(0x86, Buffer.from('http://example.test/')), 'URI:http://example.test/'],
    [
      'URI with control characters',
      tlv(0x86, Buffer.from('http://a/\u001B[2J\r\n')),
      String.raw`URI:http://a/\u{1b}[2J\u{d}\u{a}`,
    ],
    ['IPv4', tlv(0x87, Buffer.of(192, 0, 2, 1)), 'IP:192.0.2.1'],
    ['IPv6', tlv(0x87, Buffer.from('20010db8000000000000000000000017', 'hex')), 'IP:2001:db8::17'],
    ['IPv6 of all zeros', tlv(0x87, Buffer.alloc(16)), 'IP:::'],
    ['an address of five octets', tlv(0x87, Buffer.of(1, 2, 3, 4, 5)), 'IP:0102030405'],
    ['directory', tlv(0xa4, directory), String.raw`directory:CN=a\, b`],
    ['registered identifier', tlv(0x88, oid('1.2.3.4').subarray(2)), 'registeredID:1.2.3.4'],
    ['registered identifier that is none', tlv(0x88, Buffer.of(0x80)), 'registeredID:80'],
    ['other', tlv(0xa0, oid('1.2.3')), 'other:06022A03'],
    ['X.400', tlv(0xa3, nullValue()), 'x400:0500'],
    ['EDI', tlv(0xa5, nullValue()), 'ediParty:0500'],
  ])('%s', (_, der, text) => {
    const name = decodeWhole(der, 'GeneralName', decodeGeneralName);
    expect(formatGeneralName(name)).toBe(text);
    expect(name.raw).toEqual(der);
  });

  it.each([
    ['of an unknown form', tlv(0x89, Buffer.of(1))],
    ['DNS in parts', tlv(0xa2, nullValue())],
    ['a directory name that is none', tlv(0xa4, nullValue())],
    ['nothing', Buffer.alloc(0)],
  ])('%s is refused', (_, der) => {
    expect(() => decodeWhole(der, 'GeneralName', decodeGeneralName)).toThrow(RestapleError);
  });
});
