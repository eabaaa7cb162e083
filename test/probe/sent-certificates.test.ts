/** What a server sent in a handshake, read out of its bytes: against openssl as the server, and against hostile bytes. */
import { connect } from 'node:net';
import { join } from 'node:path';
import type { ConnectionOptions } from 'node:tls';
import { writeFile } from 'node:fs/promises';
import * as fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { wantsClientCertificate } from '../../src/probe/certificate-request.ts';
import { handshake } from '../../src/probe/handshake.ts';
import { sentCertificates } from '../../src/probe/sent-certificates.ts';
import { Tap } from '../../src/probe/tap.ts';
import { certificatesPem, keyPem, withTempDir } from '../support/files.ts';
import { describeWithPeer } from '../support/peers.ts';
import { startProgram } from '../support/programs/program.ts';
import { startScript } from '../support/starttls/script.ts';
import { LEAF, pki, staple } from './look.ts';

const CHAIN = [pki.leaf, pki.issuer].map(({ certificate }) => certificate.raw);

interface Flight {
  readonly received: Buffer;
  readonly secret: Buffer | undefined;
}

async function flightFrom(port: number, options: ConnectionOptions = {}): Promise<Flight> {
  const tap = new Tap(connect(port, '127.0.0.1'));
  try {
    const { secret } = await handshake(tap, 'www.example.test', options);
    return { received: tap.received, secret };
  } finally {
    tap.destroy();
  }
}

async function flightOf(maxVersion: 'TLSv1.2' | 'TLSv1.3'): Promise<Flight> {
  const server = await startScript([], LEAF, staple);
  try {
    return await flightFrom(server.port, { maxVersion });
  } finally {
    await server.close();
  }
}

describe('the certificates in a handshake', () => {
  it.each(['TLSv1.2', 'TLSv1.3'] as const)(
    'of %s are there whole or not at all, wherever it is cut',
    async (version) => {
      const { received, secret } = await flightOf(version);
      expect(sentCertificates(received, secret)).toEqual(CHAIN);
      const cuts = Array.from({ length: received.length }, (_, length) =>
        sentCertificates(received.subarray(0, length), secret),
      );
      expect(cuts[0]).toBeUndefined();
      const found = cuts.filter((cut) => cut !== undefined);
      expect(found).not.toEqual([]);
      expect(found).toEqual(found.map(() => CHAIN));
    },
  );

  it('of TLS 1.3 are not there without the right secret', async () => {
    const { received, secret } = await flightOf('TLSv1.3');
    expect(secret).toBeDefined();
    expect(sentCertificates(received, undefined)).toBeUndefined();
    expect(sentCertificates(received, Buffer.alloc(48))).toBeUndefined();
  });

  it('are none in bytes of any kind', async () => {
    const { received, secret } = await flightOf('TLSv1.2');
    fc.assert(
      fc.property(fc.uint8Array({ maxLength: 300 }), (bytes) => {
        expect(sentCertificates(Buffer.from(bytes), secret)).toBeUndefined();
        expect(wantsClientCertificate(Buffer.from(bytes))).toBe(false);
      }),
    );
    fc.assert(
      fc.property(fc.nat(received.length - 1), fc.nat(255), (place, value) => {
        const spoilt = Buffer.from(received);
        spoilt[place] = value;
        // Whatever comes of it, it is bytes of the handshake, and no error.
        for (const one of sentCertificates(spoilt, undefined) ?? []) expect(spoilt.includes(one)).toBe(true);
        wantsClientCertificate(spoilt);
      }),
    );
  });
});

describeWithPeer('openssl', 'openssl s_server', (path) => {
  it.each([
    ['a chain in the order of its file', ['-tls1_3']],
    ['small records', ['-tls1_3', '-split_send_frag', '512', '-max_send_frag', '512']],
    ['padded records', ['-tls1_3', '-record_padding', '4096']],
    ['a request for a certificate of the client', ['-tls1_3', '-verify', '1']],
    ['small records of TLS 1.2', ['-tls1_2', '-max_send_frag', '512']],
    ['a request for a certificate of the client in TLS 1.2', ['-tls1_2', '-verify', '1']],
  ])('sends %s', async (_, more) => {
    const others = [pki.root, pki.issuer];
    const flight = await withTempDir(async (dir) => {
      const [cert, key, rest] = [join(dir, 'cert.pem'), join(dir, 'key.pem'), join(dir, 'rest.pem')];
      await writeFile(cert, certificatesPem(pki.leaf));
      await writeFile(rest, certificatesPem(...others));
      await writeFile(key, keyPem(pki.leaf));
      const server = await startProgram(path, (port) => [
        's_server',
        '-accept',
        `127.0.0.1:${port}`,
        '-cert',
        cert,
        '-key',
        key,
        '-cert_chain',
        rest,
        // Else it ends with its input.
        '-www',
        ...more,
      ]);
      try {
        return await flightFrom(server.port);
      } finally {
        await server.stop();
      }
    });
    const { received, secret } = flight;
    expect(sentCertificates(received, secret)).toEqual([
      pki.leaf.certificate.raw,
      ...others.map(({ certificate }) => certificate.raw),
    ]);
  });
});
