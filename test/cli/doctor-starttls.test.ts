/** `restaple doctor` at servers that speak something else before TLS: by the port, by what was typed, by their greeting. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { LEAF, pki, staple } from '../probe/look.ts';
import { answer, startHttpServer } from '../support/http-server.ts';
import { withTempDir } from '../support/files.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';
import { type Ending, type Step, startScript } from '../support/starttls/script.ts';

const NAME = 'www.example.test';
const GREETING: Step = { say: '220 mail.example.test ESMTP\r\n' };
const HELLO: readonly Step[] = [GREETING, { hear: 'EHLO [127.0.0.1]\r\n' }];
const SMTP: readonly Step[] = [
  ...HELLO,
  { say: '250-mail.example.test\r\n250 STARTTLS\r\n' },
  { hear: 'STARTTLS\r\n' },
  { say: '220 go ahead\r\n' },
];
const REFUSES: readonly Step[] = [...HELLO, { say: '250 mail.example.test\r\n' }];

/** What is said of a server with this script on whatever port; `args` name it, with its own port as PORT. */
async function doctor(steps: readonly Step[], args: readonly string[], ending?: Ending): Promise<CliRun> {
  const server = await startScript(steps, LEAF, staple, ending);
  const responder = await startHttpServer(
    answer({ headers: [['Content-Type', 'application/ocsp-response']], body: staple }),
  );
  try {
    const run = await runCli(
      [
        'doctor',
        ...args.map((arg) => arg.replace('PORT', String(server.port))),
        '--url',
        responder.url().href,
        '--retries',
        '0',
        '--connect-to',
        `${NAME}::127.0.0.1:${server.port}`,
      ],
      { now: pki.now },
    );
    return { ...run, out: run.out.replaceAll(String(server.port), 'PORT') };
  } finally {
    await server.close();
    await responder.close();
  }
}

const ending = ({ out }: CliRun): readonly string[] => out.trimEnd().split('\n').slice(-2);

describe('a server that speaks SMTP before TLS is seen', () => {
  it.each<[string, readonly string[]]>([
    ['by its port', [`${NAME}:25`]],
    ['by its scheme', [`smtp://${NAME}:2026/`]],
    ['by --starttls', [`${NAME}:2026`, '--starttls', 'smtp']],
    ['by its greeting', [`${NAME}:2026`]],
  ])('%s', async (how, args) => {
    const run = await doctor(SMTP, args);
    expect(run).toMatchObject({ exitCode: 0, err: '' });
    expect(run.out).toMatch(/^ok {3}server +www\.example\.test:\d+ presents .*, after STARTTLS \(smtp\)$/m);
    expect(run.out).toMatch(/^ok {3}served +good until .*, as new as what the responder says$/m);
    expect(run.out.includes('the server greets as smtp before TLS')).toBe(how === 'by its greeting');
    expect(ending(run)[1]).toBe(
      `next: openssl s_client -starttls smtp -connect 127.0.0.1:PORT -servername ${NAME} -status </dev/null`,
    );
  });
});

it('a server that begins with TLS on a port of STARTTLS is seen all the same', async () => {
  const run = await doctor([], [`${NAME}:25`, '--timeout', '1s']);
  expect(run.exitCode).toBe(0);
  expect(run.out).toMatch(/^- {4}server +TLS comes first, as is not known of this port$/m);
  expect(ending(run)[1]).toBe(
    `next: openssl s_client -connect 127.0.0.1:PORT -servername ${NAME} -status </dev/null`,
  );
});

describe('the last sentence tells of a server', () => {
  it.each<[string, readonly Step[], readonly string[], Ending, number, RegExp, RegExp]>([
    [
      'without TLS',
      REFUSES,
      [`${NAME}:25`],
      'silence',
      69,
      /^cause: the server is there, and does not agree to TLS: www\.example\.test:25: the server offers no STARTTLS$/,
      /^next: openssl s_client -starttls smtp -connect 127\.0\.0\.1:PORT /,
    ],
    [
      'without TLS on another port',
      REFUSES,
      [`${NAME}:2026`],
      'silence',
      69,
      /^cause: the server is there, and does not agree to TLS: .*: the server offers no STARTTLS$/,
      /^next: openssl s_client -starttls smtp /,
    ],
    [
      'that is taken for another: the command leaves it to the doctor',
      SMTP,
      [`${NAME}:2026`, '--starttls', 'imap'],
      'tls',
      69,
      /^cause: the server is there, and does not agree to TLS: .*"220 mail\.example\.test ESMTP"/,
      /^next: restaple doctor www\.example\.test:2026 --url (?!.*starttls)/,
    ],
    [
      'that greets as nobody known',
      [{ say: '220 ready\r\n' }],
      [`${NAME}:2026`],
      'hang up',
      75,
      /^cause: what listens there does not speak TLS from the first byte: .* says "220 ready"$/,
      /^next: openssl s_client -connect /,
    ],
    [
      'that says nothing: the command ends by itself',
      [],
      [`${NAME}:2026`, '--timeout', '300ms'],
      'silence',
      75,
      /^cause: the server, or the way to it, is too slow, or waits for something else: .* within 300ms$/,
      /^next: timeout 30 openssl s_client -connect /,
    ],
  ])('%s', async (_sentence, steps, args, end, exitCode, cause, next) => {
    const run = await doctor(steps, args, end);
    expect(run).toMatchObject({ exitCode, err: '' });
    expect(ending(run)[0]).toMatch(cause);
    expect(ending(run)[1]).toMatch(next);
  });
});

describe('--starttls', () => {
  it('is not for a file', async () => {
    await withTempDir(async (dir) => {
      const file = join(dir, 'domain.crt');
      await writeFile(file, LEAF.cert);
      const run = await runCli(['doctor', file, '--starttls', 'smtp']);
      expect(run).toMatchObject({ exitCode: 64, out: '' });
      expect(run.err).toContain(`--starttls is for a server, and ${file} is a file`);
    });
  });

  it('is for known protocols', async () => {
    const run = await runCli(['doctor', `${NAME}:25`, '--starttls', 'gopher']);
    expect(run).toMatchObject({ exitCode: 64, out: '' });
    expect(run.err).toContain('none, smtp, lmtp, imap');
  });
});
