import { describe, expect, it } from 'vitest';
import { insideName } from '../../src/http/inside-name.ts';

/** As a URL spells it: the capitals and the digits of other scripts are gone by then. */
const kindOf = (host: string) => insideName(new URL(`http://${host}/`).hostname);

describe('a name of the inside', () => {
  it.each([
    'localhost',
    'localhost.',
    'LOCALHOST',
    'a.localhost',
    'localhost.localdomain',
    'localhost4.localdomain4',
    'localhost6.localdomain6',
    'ip6-localhost',
    'ip6-loopback',
    'router',
    'printer.local',
    'ocsp.internal',
    'ip-10-0-0-1.ec2.internal.',
    'nas.lan',
    'fritz.home',
    'home.arpa',
    'nas.home.arpa',
    'pki.corp',
    'pki.intranet',
    'pki.private',
    'localhost..',
    'ocsp.example..',
    'ocsp..example',
  ])('is %s', (host) => {
    expect(kindOf(host)).toBe('local');
  });

  it.each([
    'metadata',
    'metadata.google.internal',
    'METADATA.google.internal.',
    'metadata.tencentyun.com',
    'api.metadata.cloud.ibm.com',
  ])('is the metadata service, %s', (host) => {
    expect(kindOf(host)).toBe('metadata');
  });
});

describe('a public name', () => {
  it.each([
    'ocsp.example.com',
    'ocsp.example.com.',
    'ocsp.sectigo.com',
    'localhost.example.com',
    'local.example',
    'notlocalhost.example',
    'corp.example.org',
    'in-addr.arpa',
    'my-metadata.example.com',
    // An address of the inside, which only whoever looks it up can see.
    '10.0.0.1.nip.io',
  ])('is %s', (host) => {
    expect(kindOf(host)).toBeUndefined();
  });
});
