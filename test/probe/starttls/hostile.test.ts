/** Servers that mean no good, or are none of the protocol. */
import { describe, expect, it } from 'vitest';
import { DIALOGUES, type StartTlsName } from '../../../src/probe/starttls/dialogues.ts';
import { DIALOGUE_STEPS } from '../../support/starttls/dialogues.ts';
import { type Ending, type Step, pieces } from '../../support/starttls/script.ts';
import { LONG_MS, lookAtScript } from '../look.ts';

const names = Object.keys(DIALOGUES).filter((name): name is StartTlsName => name in DIALOGUE_STEPS);

/** The recorded dialogue; behind what is said last, in the same packet, stands something more. */
const withMore = (name: StartTlsName, more: string): readonly Step[] => {
  const steps = [...DIALOGUE_STEPS[name]];
  const place = steps.findLastIndex((step) => 'say' in step);
  const step = steps[place];
  if (step && 'say' in step)
    steps[place] = { say: Buffer.concat([Buffer.from(step.say), Buffer.from(more, 'latin1')]) };
  return steps;
};

describe('what is said before TLS is not taken for what was said under it', () => {
  it.each(names)('with %s', async (beginning) => {
    const seen = await lookAtScript(withMore(beginning, '250 injected\r\n'), { beginning });
    expect(seen.look).toBeUndefined();
    expect(seen).toMatchObject({
      code: 'probe-starttls-failed',
      words: 'sent 14 bytes between its agreement to TLS and the handshake',
    });
  });

  it('also when it comes a moment later', async () => {
    const steps: readonly Step[] = [...DIALOGUE_STEPS.smtp, { say: '250 injected\r\n' }];
    const { look, words } = await lookAtScript(steps, { beginning: 'smtp' });
    expect(look).toBeUndefined();
    // In one packet with the agreement, or in one of its own.
    expect(words).toMatch(/^sent 14 bytes between|^does not begin with TLS, but says "250 injected"/);
  });
});

describe('a server', () => {
  it.each(names)('of %s that breaks off at any step is an error that says so', async (beginning) => {
    const steps = DIALOGUE_STEPS[beginning];
    for (let count = 0; count < steps.length; count++) {
      for (const ending of ['hang up', 'reset'] as const) {
        const { code, words } = await lookAtScript(steps.slice(0, count), { beginning }, ending);
        // A reset may come before a client that said nothing yet is connected; MySQL's client has the last word.
        const others = [
          ...(steps.slice(0, count).every((step) => 'say' in step) ? ['probe-unreachable'] : []),
          ...(beginning === 'mysql' && count === 1 ? ['probe-tls-failed'] : []),
        ];
        expect(['probe-starttls-failed', ...others]).toContain(code);
        expect(words).toMatch(/closed the connection|connection reset|broken pipe|disconnected/);
      }
    }
  });

  const part = 'x'.repeat(1000);
  it.each<[string, StartTlsName, readonly Step[], Ending, RegExp]>([
    ['sends a line without end', 'smtp', [{ say: '220 ' }], { drip: part }, /line of more than 8192 bytes/],
    ['sends an endless line in an answer', 'imap', [{ say: '* OK\r\n* ' }], { drip: part }, /8192 bytes/],
    ['sends lines without end', 'smtp', [], { drip: '220-x\r\n' }, /more than 200 lines/],
    [
      'has capabilities without end',
      'pop3',
      [{ say: '+OK\r\n' }, { hear: 'CAPA\r\n' }, { say: '+OK\r\n' }],
      { drip: 'x\r\n' },
      /200 lines/,
    ],
    [
      'has long lines',
      'sieve',
      [],
      { drip: `"${'x'.repeat(4000)}"\r\n` },
      /more than 16384 bytes before TLS/,
    ],
    ['sends XML without end', 'xmpp', [], { drip: '<stream:features ' }, /more than 16384 bytes/],
    [
      'sends bytes without end',
      'ldap',
      [{ say: Buffer.from('3082100002', 'hex') }],
      { drip: part },
      /no message of LDAP|16384 bytes/,
    ],
  ])('that %s is left', async (_, beginning, steps, ending, words) => {
    const seen = await lookAtScript(steps, { beginning }, ending);
    expect(seen.code).toBe('probe-starttls-failed');
    expect(seen.words).toMatch(words);
  });

  it.each(names.filter((name) => !['ldap', 'mysql', 'postgres'].includes(name)))(
    'of %s that sends blanks a byte at a time is left',
    async (beginning) => {
      const seen = await lookAtScript([], { beginning }, { drip: '\r' });
      expect(seen.code).toBe('probe-starttls-failed');
    },
  );

  it.each(names)('of %s that never speaks is left when the time is over', async (beginning) => {
    const seen = await lookAtScript([], { beginning, timeoutMs: 50 }, 'silence');
    expect(seen).toMatchObject({ code: 'probe-timeout', words: 'no agreement to TLS within 50ms' });
  });

  it.each(names)('of %s that falls silent at any step is left when the time is over', async (beginning) => {
    const steps = DIALOGUE_STEPS[beginning];
    const all = await Promise.all(
      steps.map((_, i) => lookAtScript(steps.slice(0, i + 1), { beginning, timeoutMs: 200 }, 'silence')),
    );
    for (const { look, code, words } of all) {
      expect(look).toBeUndefined();
      expect(code).toBe('probe-timeout');
      expect(words).toMatch(/^no (?:agreement to TLS|TLS connection) within 200ms$/);
    }
  });

  it.each(names)('of another protocol is no server of %s', async (beginning) => {
    const http = 'HTTP/1.1 400 Bad Request\r\nConnection: close\r\n\r\n<html><body>no</body></html>\r\n';
    const alert = Buffer.from('15030100020246', 'hex');
    const zeros = Buffer.alloc(64);
    for (const say of [http, alert, zeros]) {
      const { look, code, words } = await lookAtScript([{ say }], { beginning }, 'hang up');
      expect(look).toBeUndefined();
      expect(code).toBe('probe-starttls-failed');
      expect(words).not.toBe('');
    }
  });

  it('that drips an answer in time is still heard', async () => {
    const steps: Step[] = [...DIALOGUE_STEPS.smtp];
    steps[2] = { say: '250-a\r\n250 STARTTLS\r\n' };
    const dripped = steps.flatMap((step): readonly Step[] =>
      'say' in step ? pieces(String(step.say)) : [step],
    );
    const { look } = await lookAtScript(dripped, { beginning: 'smtp', timeoutMs: LONG_MS });
    expect(look?.chain).toHaveLength(2);
  });
});
