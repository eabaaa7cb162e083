/** The header as the specification draws it, and before everything else. */
import { createServer } from 'node:net';
import { describe, expect, it } from 'vitest';
import { lookAt } from '../../src/probe/look.ts';
import { type Ends, type ProxyProtocol, proxyHeader } from '../../src/probe/proxy-protocol.ts';
import { listen } from '../support/loopback.ts';
import { at, options } from './look.ts';

const ends = (localAddress: string, remoteAddress: string): Ends => ({
  localAddress,
  localPort: 56_324,
  remoteAddress,
  remotePort: 443,
});
const SIGNATURE = '0d0a0d0a000d0a515549540a';

describe('a PROXY header', () => {
  // The first is the example of section 2.1.
  it.each([
    ['192.168.0.1', '192.168.0.11', 'PROXY TCP4 192.168.0.1 192.168.0.11 56324 443\r\n'],
    ['::ffff:192.0.2.1', '::ffff:192.0.2.2', 'PROXY TCP4 192.0.2.1 192.0.2.2 56324 443\r\n'],
    ['2001:db8::1', '2001:db8::2', 'PROXY TCP6 2001:db8::1 2001:db8::2 56324 443\r\n'],
    ['fe80::1%eth0', 'fe80::2%eth0', 'PROXY TCP6 fe80::1 fe80::2 56324 443\r\n'],
  ])('of version 1 from %s to %s', (local, remote, header) => {
    expect(proxyHeader('v1', ends(local, remote)).toString()).toBe(header);
  });

  it.each([
    ['192.0.2.1', '192.0.2.2', '2111000c c0000201 c0000202'],
    ['2001:db8::1', '::1', '21210024 20010db8000000000000000000000001 00000000000000000000000000000001'],
    [
      '1:2:3:4:5:6:7:8',
      'fe80::1:0:0:2%eth0',
      '21210024 00010002000300040005000600070008 fe800000000000000001000000000002',
    ],
  ])('of version 2 from %s to %s', (local, remote, rest) => {
    const expected = `${SIGNATURE}${rest.replaceAll(' ', '')}dc0401bb`;
    expect(proxyHeader('v2', ends(local, remote)).toString('hex')).toBe(expected);
  });

  it.each<[ProxyProtocol, RegExp]>([
    ['v1', /^50524f58592054435034(?:20(?:2e|3\d)+){4}0d0a$/],
    ['v2', /^0d0a0d0a000d0a515549540a2111000c7f0000017f000001.{8}$/],
  ])('of %s comes before the server has said a word', async (proxyProtocol, header) => {
    const heard: Buffer[] = [];
    const server = createServer((socket) => {
      socket.once('data', (chunk: Buffer) => {
        heard.push(chunk);
        socket.end('554 enough\r\n');
      });
    });
    const port = await listen(server);
    await expect(lookAt(at(port), options({ beginning: 'smtp', proxyProtocol }))).rejects.toThrow(
      'greeted with "554 enough"',
    );
    server.close();
    expect(Buffer.concat(heard).toString('hex')).toMatch(header);
  });
});
