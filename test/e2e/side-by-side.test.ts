/** `openssl ocsp`, GnuTLS `ocsptool` and `restaple fetch` through the same faults: docs/side-by-side.md is what they did. */
import { execFile, execFileSync } from 'node:child_process';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, it } from 'vitest';
import { type BuiltCli, buildCli } from '../support/built-cli.ts';
import { type Fault, faultTable } from '../support/faults/index.ts';
import { type PkiFiles, withTempDir, writePki } from '../support/files.ts';
import { type TestServer, silence, startHttpServer } from '../support/http-server.ts';
import { describeWithPeer } from '../support/peers.ts';
import { createTestPki } from '../support/pki.ts';

const pki = createTestPki({ now: new Date() });
const faults = faultTable(pki).groups.flatMap((group) => group.faults);

/** Those in which the three can be told apart, or should not be. */
const SHOWN = [
  'an edge that does not serve this Host (Cloudflare, as text)',
  'the same edge, asked by its name',
  'it never answers',
  'an empty answer',
  'a login or block page with status 200',
  'a redirect to where it came from',
  'a chunked body',
  '500 Internal Server Error',
  '429 with Retry-After',
  'tryLater',
  'unauthorized',
  'a byte behind the response',
  'a response that is cut short',
  'the answer for another serial number',
  'a bad signature',
  'a delegate without id-kp-OCSPSigning',
  'a delegate that has expired',
  'a delegate of another CA',
  'thisUpdate in the future',
  'an expired response',
  'no nextUpdate',
  'revoked',
  'unknown',
] as const;

/** Long enough for a program that ends at all. */
const KILLED_AFTER_MS = 5_000;

let cli: BuiltCli;
let server: TestServer;
beforeAll(async () => {
  cli = await buildCli();
  server = await startHttpServer(silence);
});
afterAll(async () => {
  await server.close();
  await cli.remove();
});

/** The exit code, or that there was none. */
function exitOf(program: string, args: readonly string[]): Promise<string> {
  return new Promise((resolve) => {
    const child = execFile(program, args, { timeout: KILLED_AFTER_MS }, (error) => {
      if (error === null) resolve('exit 0');
      else resolve(error.killed === true ? 'never ends' : `exit ${error.code}`);
    });
    child.stdin?.end();
  });
}

/** What became of it: the exit code, and whether there is a file that a server would staple. */
async function cell(run: (file: string) => Promise<string>): Promise<string> {
  return withTempDir(async (dir) => {
    const file = join(dir, 'out.ocsp');
    const exit = await run(file);
    const size = await stat(file).then(
      (stats) => stats.size,
      () => undefined,
    );
    if (size === undefined) return exit;
    return `${exit}, ${size === 0 ? 'an empty file' : 'a file'}`;
  });
}

async function rowOf(fault: Fault, files: PkiFiles, openssl: string, ocsptool: string): Promise<string[]> {
  server.behave((request, socket) => {
    fault.behaviour(request, socket);
    // ocsptool asks in HTTP/1.0 style and reads to the end of the connection.
    if (fault.outcome !== 'http-timeout') socket.end();
  });
  const url = fault.url?.(server.port) ?? server.url().href;
  const theirs = await cell((file) => {
    const trust = ['-CAfile', files.root, '-no_nonce', '-timeout', '2'];
    const question = ['-issuer', files.issuer, '-cert', files.leaf, '-url', url];
    return exitOf(openssl, ['ocsp', ...question, ...trust, '-respout', file]);
  });
  const gnu = await cell((file) => {
    const question = [`--ask=${url}`, '--load-cert', files.leaf, '--load-issuer', files.issuer];
    return exitOf(ocsptool, [...question, '--outder', '--outfile', file]);
  });
  const ours = await cell(async (file) => {
    const args = ['fetch', files.chain, '--url', url, '--retries', '0', '--timeout', '2s', '-o', file];
    return `exit ${(await cli.run(...args)).code}`;
  });
  return [fault.fault, theirs, gnu, ours];
}

const INTRODUCTION = `# Side by side

What three clients make of the same responder and the same faults, run by \`test/e2e/side-by-side.test.ts\`: the exit code, and
whether there is a file afterwards that a server would staple.

- \`openssl ocsp -issuer issuer.pem -cert leaf.pem -url URL -CAfile root.pem -no_nonce -timeout 2 -respout FILE\` (3.0)
- \`ocsptool --ask=URL --load-cert leaf.pem --load-issuer issuer.pem --outder --outfile FILE\` (GnuTLS 3.7)
- \`restaple fetch chain.pem --url URL --retries 0 --timeout 2s -o FILE\`

What each fault is, and what restaple says to it, is in [reference/faults.md](reference/faults.md). "Never ends" means that it was
killed after five seconds.

`;

function table(rows: readonly (readonly string[])[]): string {
  const all = [['fault', '`openssl ocsp`', '`ocsptool`', '`restaple fetch`'], ...rows];
  const widths = [0, 1, 2, 3].map((i) => Math.max(...all.map((row) => (row[i] ?? '').length)));
  const line = (row: readonly string[]): string =>
    `| ${row.map((text, i) => text.padEnd(widths[i] ?? 0)).join(' | ')} |\n`;
  const [head = [], ...body] = all;
  return [line(head), line(widths.map((width) => '-'.repeat(width))), ...body.map((row) => line(row))].join(
    '',
  );
}

function has(program: string, option: string, version: string): boolean {
  try {
    return execFileSync(program, [option], { encoding: 'utf8' }).startsWith(version);
  } catch {
    return false;
  }
}

describeWithPeer('openssl', 'side by side with openssl ocsp', (openssl) => {
  describeWithPeer('ocsptool', 'and with GnuTLS ocsptool', (ocsptool) => {
    // Other versions may do otherwise; the page is about these.
    const isOther = !has(openssl, 'version', 'OpenSSL 3.0.') || !has(ocsptool, '--version', 'ocsptool 3.7.');
    it.skipIf(isOther)('is the page (OpenSSL 3.0 and GnuTLS 3.7)', async () => {
      const rows = await withTempDir(async (dir) => {
        const files = await writePki(dir, pki);
        const all: string[][] = [];
        for (const name of SHOWN) {
          for (const fault of faults.filter((one) => one.fault === name))
            all.push(await rowOf(fault, files, openssl, ocsptool));
        }
        return all;
      });
      expect(rows.map(([fault]) => fault)).toEqual(SHOWN);
      await expect(INTRODUCTION + table(rows)).toMatchFileSnapshot('../../docs/side-by-side.md');
    });
  });
});
