/** How each error on the way to a server's certificate comes about. */
import type { ProbeCode } from '../../../src/errors.ts';
import { type LookOptions, lookAt } from '../../../src/probe/look.ts';
import { LEAF, options, staple } from '../../probe/look.ts';
import { type Ending, type Step, startScript } from '../../support/starttls/script.ts';
import type { Examples } from './example.ts';

const GREETING = '220 mail.example.test ESMTP\r\n';

export const PROBE_EXAMPLES: Examples<ProbeCode> = {
  'probe-unreachable': () =>
    lookAt(
      { host: 'mail.example.test', port: 25 },
      options({
        lookup: (_name, _options, callback) => {
          callback(Object.assign(new Error('not found'), { code: 'ENOTFOUND' }), []);
        },
      }),
    ),
  'probe-starttls-failed': () =>
    look(
      [
        { say: GREETING },
        { hear: 'EHLO [127.0.0.1]\r\n' },
        { say: '250-mail.example.test\r\n250 STARTTLS\r\n' },
        { hear: 'STARTTLS\r\n' },
        { say: '454 TLS not available\r\n' },
      ],
      { beginning: 'smtp' },
    ),
  'probe-tls-failed': () => look([{ say: GREETING }], { beginning: 'direct' }),
  'probe-timeout': () => look([], { beginning: 'smtp', timeoutMs: 50 }, 'silence'),
};

/** At a server on loopback that is taken for `mail.example.test:25`. */
async function look(
  steps: readonly Step[],
  own: Partial<LookOptions>,
  ending: Ending = 'hang up',
): Promise<void> {
  const server = await startScript(steps, LEAF, staple, ending);
  try {
    const connectTo = { host: '127.0.0.1', port: server.port };
    await lookAt({ host: 'mail.example.test', port: 25 }, options({ connectTo, ...own }));
  } finally {
    await server.close();
  }
}
