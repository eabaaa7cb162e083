/** Every dialogue, as servers lead it, to its end: TLS, with the chain and the staple. */
import { describe, expect, it } from 'vitest';
import { DIALOGUES, type StartTlsName } from '../../../src/probe/starttls/dialogues.ts';
import { DIALOGUE_STEPS, LDAP_REQUEST, LDAP_SUCCESS_LONG } from '../../support/starttls/dialogues.ts';
import { type Step, pieces } from '../../support/starttls/script.ts';
import { lookAtScript, pki, staple } from '../look.ts';

const names = Object.keys(DIALOGUES).filter((name): name is StartTlsName => name in DIALOGUE_STEPS);

/** What a client sees at the end, and what went wrong on the way. */
async function seen(beginning: StartTlsName, steps: readonly Step[]): Promise<object> {
  const { look, words, wrong } = await lookAtScript(steps, { beginning });
  return { chain: look?.chain, staple: look?.staple, words, wrong };
}
const TLS = {
  chain: [pki.leaf.certificate.raw, pki.issuer.certificate.raw],
  staple,
  words: '',
  wrong: [],
};

describe('STARTTLS', () => {
  it('is known of twelve protocols', () => {
    expect(names).toHaveLength(12);
  });

  it.each(names)('leads to TLS with %s', async (name) => {
    expect(await seen(name, DIALOGUE_STEPS[name])).toEqual(TLS);
  });

  it.each<[string, StartTlsName, readonly Step[]]>([
    [
      'an FTP server without ceremony',
      'ftp',
      [{ say: '220 \r\n' }, { hear: 'AUTH TLS\r\n' }, { say: '234\r\n' }],
    ],
    [
      'a POP3 server without CAPA',
      'pop3',
      [
        { say: '+OK\r\n' },
        { hear: 'CAPA\r\n' },
        { say: '-ERR unknown command\r\n' },
        { hear: 'STLS\r\n' },
        { say: '+OK\r\n' },
      ],
    ],
    [
      'a news server without CAPABILITIES that takes no posts',
      'nntp',
      [
        { say: '201 reading only\r\n' },
        { hear: 'CAPABILITIES\r\n' },
        { say: '500 What?\r\n' },
        { hear: 'STARTTLS\r\n' },
        { say: '382 \r\n' },
      ],
    ],
    ['an LDAP server with long lengths', 'ldap', [{ hear: LDAP_REQUEST }, { say: LDAP_SUCCESS_LONG }]],
    [
      'lines that come in pieces and end in LF',
      'smtp',
      [
        ...pieces('220 hi\n'),
        { hear: 'EHLO [127.0.0.1]\r\n' },
        { say: '250-hi\n250 startt' },
        { say: 'ls\n' },
        { hear: 'STARTTLS\r\n' },
        { say: '220 go\n' },
      ],
    ],
    [
      'an XMPP server that spells <proceed> in full, after a blank',
      'xmpp',
      DIALOGUE_STEPS.xmpp.map((step) =>
        'say' in step && String(step.say).startsWith('<proceed')
          ? { say: ' <proceed xmlns="urn:ietf:params:xml:ns:xmpp-tls"></proceed>' }
          : step,
      ),
    ],
  ])('leads to TLS with %s', async (_, name, steps) => {
    expect(await seen(name, steps)).toEqual(TLS);
  });

  it('asks an XMPP server for a name, which cannot break out of its place', async () => {
    const hear =
      "<?xml version='1.0'?><stream:stream to='a&#39;&#60;b&#38;' version='1.0' xmlns='jabber:client' xmlns:stream='http://etherx.jabber.org/streams'>";
    const [, ...rest] = DIALOGUE_STEPS.xmpp;
    const { wrong } = await lookAtScript([{ hear }, ...rest], { beginning: 'xmpp', servername: "a'<b&" });
    expect(wrong).toEqual([]);
  });
});
