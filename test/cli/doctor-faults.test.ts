/** Each fault of the field, and what `restaple doctor` says is the cause in its last sentence. */
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { createCertID } from '../../src/ocsp/cert-id.ts';
import { serverCertificate } from '../e2e/world.ts';
import { alterResponse, flipBit, rawResponse } from '../support/alter.ts';
import { certificatesPem, withTempDir } from '../support/files.ts';
import { type Behaviour, type TestServer, answer, hangUp, startHttpServer } from '../support/http-server.ts';
import { NOW, type ResponseOverrides, createTestPki, shift, testResponse } from '../support/pki.ts';
import { type CliRun, runCli } from '../support/run-cli.ts';

const HOUR = 3_600_000;
const pki = createTestPki();
const GOOD = testResponse(pki);
const another = serverCertificate(pki, 'another.example.test', { serial: 0x2000 });

let server: TestServer;
beforeAll(async () => {
  server = await startHttpServer(hangUp);
});
afterAll(() => server.close());

/** The headers of an answer that was made at `date`. */
const dated = (date: Date, more: readonly (readonly [string, string])[] = []) =>
  [['Date', date.toUTCString()], ...more] as const;
const response = (overrides: ResponseOverrides = {}, headers = dated(NOW)): Behaviour =>
  answer({
    headers: [['Content-Type', 'application/ocsp-response'], ...headers],
    body: testResponse(pki, overrides),
  });
const status = (code: number, reason: string, headers = dated(NOW)): Behaviour =>
  answer({ status: code, reason, headers, body: '<h1>no</h1>' });

/** The last two lines. */
function last({ out }: CliRun): { readonly cause: string; readonly next: string } {
  const [cause = '', next = ''] = out.trimEnd().split('\n').slice(-2);
  return { cause: cause.replace(/^cause: /, ''), next: next.replace(/^next: /, '') };
}

const options = (dir: string): string[] => [
  join(dir, 'domain.crt'),
  '--url',
  server.url().href,
  '--retries',
  '0',
];

async function diagnose(behaviour: Behaviour, ...more: readonly string[]): Promise<CliRun> {
  server.behave(behaviour);
  return withTempDir(async (dir) => {
    await writeFile(join(dir, 'domain.crt'), certificatesPem(pki.leaf, pki.issuer));
    return runCli(['doctor', ...options(dir), ...more]);
  });
}

/** What the responder does, the exit code, the beginning of the cause, and what stands in the next command. */
const ANSWERS: readonly (readonly [string, Behaviour, number, RegExp, string])[] = [
  ['good', response(), 0, /^nothing is wrong: the responder says good$/, 'restaple fetch'],
  [
    '403',
    status(403, 'Forbidden'),
    75,
    /^the CDN before the responder does not know the Host it was asked for.*: 403 Forbidden: the edge at .* does not serve this Host; it got Host: /,
    'curl -i',
  ],
  ['421', status(421, 'Misdirected Request'), 75, /^the CDN .*: 421 .* does not serve this Host/, 'curl -i'],
  [
    '429',
    status(429, 'Too Many Requests', dated(NOW, [['Retry-After', '120']])),
    75,
    /^this machine asks the responder too often, and should wait: 429 .* was asked too often; it asks to wait 2m$/,
    'restaple fetch',
  ],
  [
    '503',
    status(503, 'Service Unavailable'),
    75,
    /^the responder, or what stands before it, is in trouble; ask later: 503/,
    'fetch',
  ],
  [
    'a page with 200',
    answer({ headers: [['Content-Type', 'text/html']], body: '<html><title>Log in</title></html>' }),
    75,
    /^a login page, a block page or a website answers in place of the responder: .*text\/html/,
    'curl -i',
  ],
  ['nothing with 200', answer({ body: '' }), 75, /^something else answers .* is empty$/, 'curl -i'],
  [
    'a redirect',
    answer({ status: 302, reason: 'Found', headers: [['Location', 'http://169.254.169.254/']] }),
    69,
    /^the responder redirects into a network of yours: .*\(a redirect of/,
    'curl -i',
  ],
  [
    'a redirect to itself',
    (request, socket) =>
      answer({ status: 302, reason: 'Found', headers: [['Location', request.target]] })(request, socket),
    75,
    /^the responder has moved, or a login page is on the way: 302 Found/,
    'curl -i',
  ],
  ['a hang-up', hangUp, 75, /^there is no answer where the responder should be: .* closed/, 'curl -v'],
  ['tryLater', answer({ body: rawResponse(3) }), 75, /^the responder is busy; ask later: /, 'restaple fetch'],
  [
    'internalError',
    answer({ body: rawResponse(2) }),
    75,
    /^the responder is in trouble; ask later: /,
    'fetch',
  ],
  [
    'malformedRequest',
    answer({ body: rawResponse(1) }),
    69,
    /does not understand the question/,
    '| restaple inspect -',
  ],
  ['sigRequired', answer({ body: rawResponse(5) }), 69, /answers signed questions only/, 'inspect'],
  [
    'unauthorized',
    answer({ body: rawResponse(6) }),
    69,
    /^the responder does not answer for this/,
    'inspect',
  ],
  [
    'an expired response',
    response({ thisUpdate: shift(NOW, -2 * HOUR), nextUpdate: shift(NOW, -HOUR) }),
    65,
    /^the responder, or a cache before it, hands out an old response: nextUpdate /,
    '| restaple inspect -',
  ],
  [
    'a response that has not begun',
    response({ thisUpdate: shift(NOW, HOUR), nextUpdate: shift(NOW, 2 * HOUR) }),
    65,
    /^the clock of the responder is ahead of this one: thisUpdate /,
    '| restaple inspect -',
  ],
  ['no nextUpdate', response({ nextUpdate: undefined }), 65, /how long its response holds/, '--max-age 1d'],
  [
    'another serial',
    response({ certID: createCertID(another.certificate, pki.issuer.certificate) }),
    65,
    /^the responder answers about another certificate: .*serial 2000/,
    'curl -s http',
  ],
  [
    'a stranger',
    response({ signer: pki.stranger }),
    65,
    /^a stranger signed the response: /,
    '--no-verify --stdout | restaple inspect -',
  ],
  [
    'no right to sign',
    response({ signer: pki.leaf }),
    65,
    /signed by one who may not/,
    '| restaple inspect -',
  ],
  [
    'a changed signature',
    answer({ body: alterResponse(GOOD, ({ signature }) => ({ signature: flipBit(signature) })) }),
    65,
    /^the response was changed on its way, or is forged: /,
    '| restaple inspect -',
  ],
  [
    'a cut',
    answer({ body: GOOD.subarray(0, -7) }),
    65,
    /^the response is cut short or damaged: /,
    '| restaple inspect -',
  ],
  [
    'a byte too many',
    answer({ body: Buffer.concat([GOOD, Buffer.alloc(1)]) }),
    65,
    /^the response is not what a responder should send: /,
    '| restaple inspect -',
  ],
  [
    'too much',
    answer({ body: Buffer.alloc(300_000, 0x30) }),
    65,
    /^what answers is no OCSP responder: /,
    'curl -si',
  ],
  [
    'revoked',
    response({ certStatus: { type: 'revoked', revocationTime: shift(NOW, -9 * HOUR), reason: 4 } }),
    1,
    /^the CA took the certificate back, so replace it: /,
    'restaple inspect',
  ],
  [
    'unknown',
    response({ certStatus: { type: 'unknown' } }),
    1,
    /^the CA does not know it, or not yet: /,
    'in',
  ],
];

describe('the last sentence names the cause, when the answer is', () => {
  it.each(ANSWERS)('%s', async (_sentence, behaviour, exitCode, cause, next) => {
    const run = await diagnose(behaviour);
    expect(run).toMatchObject({ exitCode, err: '' });
    expect(last(run).cause).toMatch(cause);
    expect(last(run).next).toContain(next);
  });
});

const only =
  (method: string, behaviour: Behaviour): Behaviour =>
  (request, socket) =>
    (request.method === method ? behaviour : status(405, 'Method Not Allowed'))(request, socket);

/** Takes no nonce: a question with one is longer. */
const nonceless: Behaviour = (request, socket) => {
  const hasNonce = decodeURIComponent(request.target).length > 110 || request.body.length > 90;
  (hasNonce ? answer({ body: rawResponse(1) }) : response())(request, socket);
};

const readOnly: Behaviour = (request, socket) =>
  (request.method === 'GET' ? response() : status(403, 'Forbidden'))(request, socket);

describe('what only a comparison can tell', () => {
  it.each<[string, Behaviour, string[], RegExp, string]>([
    [
      'a GET that does not work',
      only('POST', response()),
      ['--method', 'get'],
      /^the responder answers well when asked otherwise, by POST: 405 /,
      'post',
    ],
    [
      'a POST that does not work',
      only('GET', response()),
      ['--method', 'post'],
      /^the responder answers well when asked otherwise, by GET: /,
      'get',
    ],
    [
      'a clock ahead, and so an expired response',
      response(
        { thisUpdate: shift(NOW, -3 * HOUR), nextUpdate: shift(NOW, -HOUR) },
        dated(shift(NOW, -2 * HOUR)),
      ),
      [],
      /^the clock of this machine is 2h ahead of the responder's: nextUpdate /,
      'timedatectl set-ntp true',
    ],
    [
      'a clock behind',
      response(
        { thisUpdate: shift(NOW, HOUR), nextUpdate: shift(NOW, 3 * HOUR) },
        dated(shift(NOW, 2 * HOUR)),
      ),
      [],
      /^the clock of this machine is 2h behind the responder's: thisUpdate /,
      'timedatectl',
    ],
  ])('%s', async (_sentence, behaviour, more, cause, next) => {
    const run = await diagnose(behaviour, ...more);
    expect(last(run).cause).toMatch(cause);
    expect(last(run).next).toContain(next);
  });

  it.each<[string, Date, Date, RegExp, string]>([
    [
      'a clock ahead, and so a certificate that seems to have ended',
      shift(NOW, 100 * 24 * HOUR),
      NOW,
      /^the clock of this machine is 100d ahead of the responder's: the certificate ended at /,
      'timedatectl set-ntp true',
    ],
    [
      'a certificate that has ended by every clock',
      shift(NOW, 100 * 24 * HOUR),
      shift(NOW, 99 * 24 * HOUR),
      /^the certificate is too old: renew it: the certificate ended at /,
      'restaple inspect',
    ],
    [
      'a clock behind, and so a signer that seems to come',
      shift(NOW, -40 * 24 * HOUR),
      NOW,
      /^the clock of this machine is 40d behind the responder's: signer .* is valid from /,
      'timedatectl set-ntp true',
    ],
    [
      'a clock ahead, and a response that is old by every clock',
      shift(NOW, 15 * HOUR),
      shift(NOW, 14 * HOUR),
      /^the responder, or a cache before it, hands out an old response: nextUpdate /,
      '| restaple inspect -',
    ],
  ])('%s', async (_sentence, now, date, cause, next) => {
    server.behave(response({}, dated(date)));
    const run = await withTempDir(async (dir) => {
      await writeFile(join(dir, 'domain.crt'), certificatesPem(pki.leaf, pki.issuer));
      return runCli(['doctor', ...options(dir)], { now });
    });
    expect(run.exitCode).toBe(65);
    expect(last(run).cause).toMatch(cause);
    expect(last(run).next).toContain(next);
  });

  it('a nonce that is not taken', async () => {
    const run = await diagnose(nonceless, '--nonce');
    expect(run.exitCode).toBe(69);
    expect(last(run).cause).toMatch(/^the responder answers well when asked without a nonce: .*malformed/);
    expect(last(run).next).not.toContain('--nonce');
  });

  it('a method that is forbidden is not taken for a Host that is not served', async () => {
    const run = await diagnose(readOnly, '--method', 'post');
    expect(run.exitCode).toBe(75);
    expect(last(run).cause).toBe(
      'the responder answers well when asked otherwise, by GET: 403, though the place serves this Host',
    );
    expect((await diagnose(readOnly)).out).toMatch(/^FAIL POST +403, though the place serves this Host$/m);
  });

  it('a redirect to where nobody is', async () => {
    const away = answer({
      status: 301,
      reason: 'Moved Permanently',
      headers: [['Location', 'http://127.0.0.1:1/ocsp']],
    });
    const run = await diagnose(away, '--allow-private');
    expect(run.exitCode).toBe(75);
    expect(last(run).cause).toMatch(
      /^the responder redirects to http:\/\/127\.0\.0\.1:1\/ocsp, and that is at fault: cannot connect /,
    );
    expect(last(run).next).toMatch(new RegExp(`^curl -i ${server.url().href}`));
  });

  it('what passed a moment later is said to have passed, whatever other names there are to try', async () => {
    let requests = 0;
    const recovering: Behaviour = (request, socket) =>
      (++requests <= 2 ? status(503, 'Service Unavailable') : response())(request, socket);
    const { cause, next } = last(await diagnose(recovering, '--header', 'Host: ocsp.example.test'));
    expect(cause).toMatch(/^it failed once and then went well: 503/);
    expect(next).toMatch(/^restaple fetch /);
  });

  it('what passes within the retries of fetch is no error, and told all the same', async () => {
    let requests = 0;
    const recovering: Behaviour = (request, socket) =>
      (++requests <= 2 ? status(503, 'Service Unavailable') : response())(request, socket);
    const run = await diagnose(recovering, '--retries', '1');
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^FAIL first try +503 Service Unavailable.*\n +it passed when asked again/m);
    expect(last(run).cause).toMatch(/^the responder says good.*: first try: 503 /);
  });

  it('a file of another kind is not blamed on the responder', async () => {
    await withTempDir(async (dir) => {
      await writeFile(join(dir, 'domain.ocsp'), GOOD);
      const run = await runCli(['doctor', join(dir, 'domain.ocsp')]);
      expect(run.exitCode).toBe(65);
      expect(last(run)).toMatchObject({
        cause: expect.stringMatching(/: no certificate in it: it is an OCSP response$/),
        next: expect.stringMatching(/^restaple inspect /),
      });
    });
  });

  it('a broken GET is told although fetch succeeds by POST', async () => {
    const run = await diagnose(only('POST', response()));
    expect(run.exitCode).toBe(0);
    expect(run.out).toMatch(/^FAIL GET .*405/m);
    expect(run.out).toMatch(/^ok {3}POST /m);
    expect(last(run).cause).toMatch(
      /^the responder says good, so fetch succeeds; yet not all is well: GET: 405 Method Not Allowed/,
    );
  });
});
