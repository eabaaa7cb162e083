/** What is said to HAProxy, and what is made of its answers. */
import { describe, expect, it } from 'vitest';
import { decodeBasicOCSPResponse } from '../../src/ocsp/basic-ocsp-response.ts';
import { encodeCertID } from '../../src/ocsp/cert-id.ts';
import { decodeOCSPResponse } from '../../src/ocsp/ocsp-response.ts';
import { type Ask, pushStaple, requireServable } from '../../src/servers/haproxy-runtime.ts';
import { NOW, createTestPki, shift, singleResponse, testResponse } from '../support/pki.ts';

const pki = createTestPki();
const old = testResponse(pki);
const fresh = testResponse(pki, { thisUpdate: shift(NOW, -60_000), nextUpdate: shift(NOW, 86_400_000) });
const key = encodeCertID(singleResponse(pki).certID).toString('hex');

const UPDATED = 'OCSP Response updated!';
const NO_MATCH = 'Certificate ID does not match any certificate.';
const UNKNOWN = 'Unknown command, but maybe one of the following ones is a better match:\n  show proc';

/** As openssl prints a signature, eighteen octets a line. */
function asText(der: Buffer): string {
  const basic = decodeBasicOCSPResponse(decodeOCSPResponse(der).responseBytes?.response ?? Buffer.alloc(0));
  const pairs = basic.signature.toString('hex').replaceAll(/(..)(?=.)/g, '$1:');
  const lines = pairs.match(/.{1,54}/g) ?? [];
  return `OCSP Response Data:\n    Signature Value:\n${lines.map((line) => `        ${line}`).join('\n')}`;
}

/** Answers one after the other, whatever is asked, and what was asked. */
function scripted(...answers: readonly (string | undefined)[]): { ask: Ask; asked: string[] } {
  const asked: string[] = [];
  const ask: Ask = (command) => {
    asked.push(command);
    return Promise.resolve(answers[asked.length - 1]);
  };
  return { ask, asked };
}

const show = `show ssl ocsp-response ${key}\n`;
const set = `set ssl ocsp-response <<\n${fresh.toString('base64')}\n\n`;

describe('a staple for a running HAProxy', () => {
  it.each<[string, readonly (string | undefined)[], string, readonly string[]]>([
    ['has another one, and takes it', [asText(old), UPDATED, asText(fresh)], 'live', [show, set, show]],
    ['has none, and takes it', ['', UPDATED, asText(fresh)], 'live', [show, set, show]],
    ['has it already', [asText(fresh)], 'live', [show]],
    [
      'is the master of one that takes it',
      [UNKNOWN, '', UPDATED, asText(fresh)],
      'live',
      [show, `@1 ${show}`, `@1 ${set}`, `@1 ${show}`],
    ],
    ['had no file for it when it was loaded', [NO_MATCH], 'reload', [show]],
    ['cannot show one that is so long', ['', UPDATED, ''], 'reload', [show, set, show]],
    ['is not there', [undefined], 'idle', [show]],
    ['goes away', [asText(old), undefined], 'idle', [show, set]],
    ['goes away with it', [asText(old), UPDATED, undefined], 'idle', [show, set, show]],
  ])('that %s', async (_sentence, answers, effect, commands) => {
    const { ask, asked } = scripted(...answers);
    expect(await pushStaple(ask, fresh)).toBe(effect);
    expect(asked).toEqual(commands);
  });

  it.each<[string, readonly string[], string]>([
    [
      'shows the old one still',
      [asText(old), UPDATED, asText(old)],
      'haproxy: it said "updated", and does not have it: OCSP Response Data:\\u{a}',
    ],
    [
      'forgets the certificate meanwhile',
      ['', UPDATED, NO_MATCH],
      `haproxy: it said "updated", and does not have it: ${NO_MATCH}`,
    ],
    [
      'refuses it',
      ['', 'OCSP single response: no longer valid.'],
      'haproxy: OCSP single response: no longer valid.',
    ],
    ['says nothing', ['', ''], 'haproxy: it said nothing'],
    ['says something that repaints terminals', ['', '\u001b[2J'], 'haproxy: \\u{1b}[2J'],
    ['may not', ['', 'Permission denied'], 'haproxy: Permission denied'],
    ['is something else', [UNKNOWN, UNKNOWN, UNKNOWN], 'haproxy: Unknown command'],
  ])('is refused when HAProxy %s', async (_sentence, answers, message) => {
    const refusal = pushStaple(scripted(...answers).ask, fresh);
    await expect(refusal).rejects.toMatchObject({ code: 'server-refused' });
    await expect(refusal).rejects.toThrow(message);
  });

  it('quotes only the beginning of a long answer', async () => {
    const refusal = pushStaple(scripted('', 'no '.repeat(100_000)).ask, fresh);
    await expect(refusal).rejects.toThrow(/^.{100,250}$/);
  });

  it('is none to HAProxy, reload or not, when its CertID is not by SHA-1', async () => {
    const der = testResponse(pki, { hash: 'sha256' });
    await expect(pushStaple(scripted(NO_MATCH).ask, der)).rejects.toThrow('SHA-1');
  });

  it('is left to a reload when it is longer than a command can be', async () => {
    const certs = Array.from({ length: 24 }, () => pki.delegate.certificate.raw);
    const { ask, asked } = scripted();
    expect(await pushStaple(ask, testResponse(pki, { certs }))).toBe('reload');
    expect(asked).toEqual([]);
  });
});

describe('a staple that HAProxy would not serve', () => {
  const end = NOW.getTime();

  const judge = (left: number) => (): void => requireServable(old, end, end - left);

  it.each([5 * 60_000 - 1, 0, -86_400_000])('%i ms before its end', (left) => {
    expect(judge(left)).toThrow(/last 5 minutes.*2026-02-25T12:00:00Z/);
  });

  it('but one that it would', () => {
    expect(judge(5 * 60_000)).not.toThrow();
  });

  it('with answers about several certificates', () => {
    const responses = [singleResponse(pki), singleResponse(pki)];
    expect(() => requireServable(testResponse(pki, { responses }), end, 0)).toThrow('this one is about 2');
  });
});
