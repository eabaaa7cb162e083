/** `checkServer` of restaple/tls and `restaple check` say the same of the same server. */
import { createServer } from 'node:https';
import type { TlsOptions } from 'node:tls';
import { expect, it } from 'vitest';
import type { Entity } from '../../src/demo/pki/entity.ts';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { type StapleState, checkServer } from '../../src/tls/check-server.ts';
import { serverCertificate } from '../e2e/world.ts';
import { certificatesPem, keyPem } from '../support/files.ts';
import { close, listen } from '../support/loopback.ts';
import { shift, testResponse } from '../support/pki.ts';
import { HOUR, checkPort, now, pki } from './check-helper.ts';

const at = (used: number) => ({
  thisUpdate: shift(now, -used * HOUR),
  nextUpdate: shift(now, (10 - used) * HOUR),
});
const mustStaple = serverCertificate(pki, 'www.example.test', { serial: 0x2001, mustStaple: true });
const silent = serverCertificate(pki, 'www.example.test', { serial: 0x2002 });
const otherID = createCertID(silent.certificate, pki.issuer.certificate, 'sha1');
const revoked = { type: 'revoked', revocationTime: shift(now, -HOUR), reason: 1 } as const;
const good = testResponse(pki, at(3));

interface Case {
  readonly title: string;
  /** As the command names it, and as the library does. */
  readonly states: readonly [string, StapleState];
  readonly staple: Buffer | null;
  readonly leaf?: Entity;
  readonly chain?: readonly Entity[];
  readonly tls?: TlsOptions;
}

const CASES: readonly Case[] = [
  { title: 'a good staple', states: ['good', 'good'], staple: good },
  { title: 'an old one', states: ['ending', 'good'], staple: testResponse(pki, at(9.5)) },
  { title: 'one that has ended', states: ['expired', 'refused'], staple: testResponse(pki, at(11)) },
  {
    title: 'one of a stranger',
    states: ['forged', 'refused'],
    staple: testResponse(pki, { ...at(3), signer: pki.stranger }),
  },
  {
    title: 'one for another',
    states: ['for another certificate', 'refused'],
    staple: testResponse(pki, { ...at(3), certID: otherID }),
  },
  {
    title: 'one that says revoked',
    states: ['revoked', 'revoked'],
    staple: testResponse(pki, { ...at(3), certStatus: revoked }),
  },
  {
    title: 'one that says unknown',
    states: ['unknown', 'unknown'],
    staple: testResponse(pki, { ...at(3), certStatus: { type: 'unknown' } }),
  },
  { title: 'garbage', states: ['refused', 'refused'], staple: Buffer.from('no staple') },
  { title: 'none', states: ['missing', 'none'], staple: null },
  { title: 'none, and none is needed', states: ['not needed', 'none'], staple: null, leaf: silent },
  { title: 'none, though it must', states: ['must-staple broken', 'none'], staple: null, leaf: mustStaple },
  { title: 'no issuer', states: ['not verified', 'refused'], staple: good, chain: [] },
  {
    title: 'a chain in the wrong order',
    states: ['good', 'good'],
    staple: good,
    chain: [pki.root, pki.issuer],
  },
  {
    title: 'a stranger in the chain',
    states: ['good', 'good'],
    staple: good,
    chain: [pki.stranger, pki.issuer],
  },
  {
    title: 'a client certificate that it wants',
    states: ['good', 'good'],
    staple: good,
    tls: { requestCert: true, maxVersion: 'TLSv1.2' },
  },
];

it.each(CASES)('$title', async ({ states, staple, leaf = pki.leaf, chain = [pki.issuer], tls = {} }) => {
  const server = createServer({ key: keyPem(leaf), cert: certificatesPem(leaf, ...chain), ...tls });
  server.on('OCSPRequest', (_certificate, _issuer, give) => give(null, staple));
  server.on('secureConnection', (socket) => socket.on('error', () => socket.destroy()));
  const port = await listen(server);
  try {
    const run = await checkPort(port, '--json');
    const report = await checkServer('127.0.0.1', { port, servername: 'www.example.test', now: () => now });
    const [{ state, certificates }] = JSON.parse(run.out).servers;
    expect([state, report.state]).toEqual(states);
    expect(report.isBroken).toBe(state === 'must-staple broken');
    const [{ findings, chain: subjects, mustStaple: promised, staple: judged }] = certificates;
    expect(report.error?.code ?? null).toBe(findings[0].code);
    expect(report.chain).toHaveLength(subjects.length);
    expect(report.mustStaple).toBe(promised);
    expect(report.staple?.length).toBe(staple?.length);
    const used = judged?.signer ? judged.life.usedPercent : undefined;
    expect(report.lifeUsed && Math.floor(report.lifeUsed * 100)).toBe(used);
  } finally {
    await close(server);
  }
});
