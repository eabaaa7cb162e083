/**
 * The PROXY protocol (haproxy.org/download/3.0/doc/proxy-protocol.txt, sections 2.1 and 2.2): a server behind a load
 * balancer may wait for this header before it says or takes anything.
 *
 * The true addresses of the connection are sent, as if the proxy were on this machine: what stands for "unknown" and for a
 * health check is refused by some servers.
 */
import { type Socket, isIP } from 'node:net';

export type ProxyProtocol = 'v1' | 'v2';

/** The ends of a TCP connection, as node:net has them. */
export type Ends = Pick<Socket, 'localAddress' | 'localPort' | 'remoteAddress' | 'remotePort'>;

const SIGNATURE = Buffer.from('0d0a0d0a000d0a515549540a', 'hex');
/** Version 2, command PROXY. */
const PROXY = 0x21;
/** The address family, and STREAM. */
const TCP4 = 0x11;
const TCP6 = 0x21;

/** The header that says where `ends` come from and go to. */
export function proxyHeader(protocol: ProxyProtocol, ends: Ends): Buffer {
  const { localAddress = '', localPort = 0, remoteAddress = '', remotePort = 0 } = ends;
  const source = plain(localAddress);
  const target = plain(remoteAddress);
  const is4 = isIP(source) === 4;
  if (protocol === 'v1')
    return Buffer.from(
      `PROXY TCP${is4 ? 4 : 6} ${source} ${target} ${localPort} ${remotePort}\r\n`,
      'latin1',
    );
  const ports = Buffer.alloc(4);
  ports.writeUInt16BE(localPort, 0);
  ports.writeUInt16BE(remotePort, 2);
  const body = Buffer.concat([octets(source), octets(target), ports]);
  const head = Buffer.of(PROXY, is4 ? TCP4 : TCP6, 0, body.length);
  return Buffer.concat([SIGNATURE, head, body]);
}

/** Over a socket of both families, an IPv4 address comes in the dress of IPv6; a zone means nothing elsewhere. */
const plain = (address: string): string => address.replace(/^::ffff:(?=[\d.]+$)/, '').replace(/%.*$/, '');

/** An address as it stands in a packet. */
function octets(address: string): Buffer {
  if (isIP(address) === 4) return Buffer.from(address.split('.').map(Number));
  // What WHATWG's URL makes of an address is its shortest form, without dotted parts (RFC 5952).
  const [head = '', tail] = new URL(`http://[${address}]/`).hostname.slice(1, -1).split('::');
  const [before, after] = [words(head), words(tail ?? '')];
  const zeros = Array.from({ length: 8 - before.length - after.length }, () => '0');
  const all = [...before, ...zeros, ...after].map((word) => word.padStart(4, '0'));
  return Buffer.from(all.join(''), 'hex');
}

const words = (text: string): string[] => (text === '' ? [] : text.split(':'));
