import { describe, expect, it } from 'vitest';
import { specialKind } from '../../src/http/address-kind.ts';

describe('an address of the public internet', () => {
  it.each([
    '1.1.1.1',
    '8.8.8.8',
    '9.255.255.255',
    '11.0.0.0',
    '100.63.255.255',
    '100.128.0.0',
    '126.255.255.255',
    '128.0.0.0',
    '169.253.255.255',
    '172.15.255.255',
    '172.32.0.0',
    '192.0.1.0',
    '192.167.255.255',
    '198.17.255.255',
    '198.20.0.0',
    '223.255.255.255',
    '2606:4700::6810:84e5',
    '2a00:1450:4001:80b::200e',
    '2001:200::1',
    '2001:4860:4860::8888',
    '::ffff:8.8.8.8',
    '64:ff9b::8.8.8.8',
    '2002:808:808::1',
    '2001:0:808:808:0:ffff:f7f7:f7f7',
  ])('is %s', (address) => {
    expect(specialKind(address)).toBeUndefined();
  });
});

describe('an address for something else', () => {
  it.each([
    ['unspecified', ['0.0.0.0', '0.1.2.3', '::', '0:0:0:0:0:0:0:0']],
    ['loopback', ['127.0.0.1', '127.255.255.254', '::1', '0000:0000::0001']],
    ['private', ['10.0.0.1', '10.255.255.255', '172.16.0.1', '172.31.255.255', '192.168.0.1']],
    ['private', ['fc00::1', 'fd12:3456:789a::1', 'fdff:ffff::', 'fec0::1', '64:ff9b:1::a00:1']],
    ['shared', ['100.64.0.1', '100.127.255.255']],
    ['link-local', ['169.254.0.1', 'fe80::1', 'febf::1', 'fe80::1%eth0', 'fe80::1%25eth0']],
    ['metadata', ['169.254.169.254', '169.254.170.2', '192.0.0.192', '100.100.100.200', '168.63.129.16']],
    ['metadata', ['fd00:ec2::254', 'fd00:ec2::23', 'fd20:ce::254']],
    ['multicast', ['224.0.0.1', '239.255.255.250', 'ff02::1']],
    ['broadcast', ['255.255.255.255']],
    ['documentation', ['192.0.2.1', '198.51.100.1', '203.0.113.1', '2001:db8::1', '3fff::1']],
    ['benchmark', ['198.18.0.1', '198.19.255.255', '2001:2::1']],
    ['reserved', ['192.0.0.1', '192.88.99.1', '240.0.0.1', '255.255.255.254', '100::1', '2001:10::1']],
    ['reserved', ['4000::1', '5f00::1', '1fff::1', '::8.8.8.8', '::ffff:0:8.8.8.8', '64:ff9a::808:808']],
  ] as const)('is %s: %j', (kind, addresses) => {
    expect(addresses.map(specialKind)).toEqual(addresses.map(() => kind));
  });

  it.each([
    ['mapped', '::ffff:127.0.0.1', 'loopback'],
    ['mapped, in hex', '::ffff:7f00:1', 'loopback'],
    ['mapped, in full', '0:0:0:0:0:ffff:a9fe:a9fe', 'metadata'],
    ['mapped, with a zone', '::ffff:10.0.0.1%1', 'private'],
    ['compatible', '::127.0.0.1', 'loopback'],
    ['translated by RFC 2765', '::ffff:0:10.0.0.1', 'private'],
    ['behind NAT64', '64:ff9b::169.254.169.254', 'metadata'],
    ['behind NAT64, in hex', '64:ff9b::c0a8:1', 'private'],
    ['in 6to4', '2002:7f00:1::1', 'loopback'],
    ['in 6to4, at its start', '2002:a00:1::', 'private'],
    ['a Teredo server', '2001:0:7f00:1::1', 'loopback'],
    ['a Teredo client, every bit turned', '2001:0:808:808:0:0:80ff:fffe', 'loopback'],
  ])('lies in IPv6 as an IPv4 address that is %s', (_way, address, kind) => {
    expect(specialKind(address)).toBe(kind);
  });

  it.each(['', 'localhost', '127.1', '0x7f000001', '2130706433', '1.2.3.4.5', '[::1]', '%'])(
    'is what is no address: "%s"',
    (text) => {
      expect(specialKind(text)).toBe('reserved');
    },
  );
});
