/** The package as `npm pack` makes it of the last build: what is in it, and what a program in TypeScript sees of it. */
import { execFile } from 'node:child_process';
import {
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  readdirSync,
  rmSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';

const ROOT = resolve(import.meta.dirname, '../..');
const run = promisify(execFile);

interface Manifest {
  readonly exports: Readonly<Record<string, { readonly types: string; readonly default: string }>>;
  readonly bin: Readonly<Record<string, string>>;
}

/** Names each entry point, and its main types. */
const CONSUMER = `
import * as all from 'restaple';
import * as ocsp from 'restaple/ocsp';
import * as tls from 'restaple/tls';
import { createServer } from 'node:https';
import type { Certificate, CertificateInput, FetchedStaple, HttpClient, StapleKeeper, Verdict } from 'restaple';
import type { BasicOCSPResponse, CertID, OCSPRequest, OCSPResponse, RuleOutcome } from 'restaple/ocsp';
import type { ServerReport, StapleEvent, Stapling, StaplingOptions } from 'restaple/tls';

export async function staple(input: CertificateInput, client: HttpClient): Promise<FetchedStaple> {
  const options: StaplingOptions = { certificates: [input], policy: {}, store: 'staples' };
  const stapling: Stapling = tls.attachStapling(createServer(), options);
  const keeper: StapleKeeper = stapling.keeper;
  keeper.on('event', (event: StapleEvent) => console.log(event.type));
  keeper.on('alarm', ({ level, message }) => console.log(level, message.length));
  await stapling.ready;
  await using other = tls.createKeeper();
  for (const { state } of other.views()) console.log(state === 'good');
  const report: ServerReport = await tls.checkServer('www.example.com');
  const error: string | undefined = report.error?.code;
  const fetched = await all.fetchStaple(input, { http: { allowPrivate: true } });
  const verdict: Verdict = fetched.verdict;
  if (verdict.certStatus.type === 'revoked') console.log(verdict.certStatus.revocationTime.getTime(), error);
  const certificate: Certificate = await new all.IssuerFetcher(client).fetchIssuer(fetched.certificate);
  const id: CertID = ocsp.createCertID(fetched.certificate, certificate);
  const request: OCSPRequest = ocsp.decodeOCSPRequest(ocsp.createRequest(id));
  const response: OCSPResponse = ocsp.decodeOCSPResponse(request.tbs);
  const basic: BasicOCSPResponse | undefined =
    response.responseBytes && ocsp.decodeBasicOCSPResponse(response.responseBytes.response);
  const outcomes: readonly RuleOutcome[] = ocsp.explainResponse(fetched.der, {
    certificate,
    issuer: certificate,
    now: new Date(),
  });
  console.log(basic?.certs.length, outcomes.length);
  return fetched;
}
`;

/** Installs what `npm pack` made, with the dependencies of this project, as `npm install` would with those of its own. */
async function installIn(dir: string): Promise<string> {
  const args = ['pack', '--ignore-scripts', '--json', '--pack-destination', dir];
  const { stdout } = await run('npm', args, { cwd: ROOT });
  const [{ filename }]: [{ filename: string }] = JSON.parse(stdout);
  const installed = join(dir, 'node_modules/restaple');
  mkdirSync(installed, { recursive: true });
  await run('tar', ['-xzf', join(dir, filename), '-C', installed, '--strip-components=1']);
  for (const name of readdirSync(join(ROOT, 'node_modules')))
    if (!name.startsWith('.')) symlinkSync(join(ROOT, 'node_modules', name), join(dir, 'node_modules', name));
  writeFileSync(join(dir, 'package.json'), '{ "type": "module" }');
  writeFileSync(join(dir, 'consumer.ts'), CONSUMER);
  return installed;
}

/** All files that these lead to by their imports. */
function reachedFrom(entries: readonly string[]): ReadonlySet<string> {
  const reached = new Set<string>();
  const visit = (file: string): void => {
    if (reached.has(file)) return;
    reached.add(file);
    const text = readFileSync(file, 'utf8');
    for (const [, path = ''] of text.matchAll(/(?:from|import)\s*\(?\s*['"](\.{1,2}\/[^'"]+)['"]/g)) {
      const target = join(dirname(file), path);
      visit(file.endsWith('.d.ts') ? target.replace(/\.[jt]s$/, '.d.ts') : target);
    }
  };
  for (const entry of entries) visit(entry);
  return reached;
}

describe.runIf(existsSync(join(ROOT, 'dist/index.js')))('the package', () => {
  let dir: string;
  let installed: string;

  beforeAll(async () => {
    dir = mkdtempSync(join(tmpdir(), 'restaple-package-'));
    installed = await installIn(dir);
  });

  afterAll(() => rmSync(dir, { recursive: true, force: true }));

  it('has all that its entry points lead to, and no folder that none of them leads to', () => {
    const manifest: Manifest = JSON.parse(readFileSync(join(installed, 'package.json'), 'utf8'));
    const entries = Object.values(manifest.exports).flatMap((one) => [one.types, one.default]);
    const reached = reachedFrom(entries.map((entry) => join(installed, entry)));
    const folders = new Set(Array.from(reached, (file) => dirname(file)));
    const code = readdirSync(join(installed, 'dist'), { recursive: true, encoding: 'utf8' })
      .map((name) => join(installed, 'dist', name))
      .filter((name) => /\.(?:js|ts)$/.test(name));
    expect(code.filter((file) => !folders.has(dirname(file)))).toEqual([]);
    for (const bin of Object.values(manifest.bin)) expect(existsSync(join(installed, bin))).toBe(true);
  });

  it('has a command that runs without the rest', async () => {
    const { stdout } = await run(process.execPath, [
      join(installed, 'dist/bin/restaple.cjs'),
      'check',
      '--help',
    ]);
    expect(stdout).toContain('usage: restaple check');
  });

  it.each([
    ['node16', 'node16'],
    ['nodenext', 'nodenext'],
    ['esnext', 'bundler'],
  ])(
    'has types that a program compiles with, by module %s and resolution %s',
    async (module, moduleResolution) => {
      const compilerOptions = {
        target: 'es2023',
        lib: ['es2023', 'esnext.disposable'],
        module,
        moduleResolution,
        types: ['node'],
        strict: true,
        exactOptionalPropertyTypes: true,
        skipLibCheck: false,
        noEmit: true,
      };
      writeFileSync(join(dir, 'tsconfig.json'), JSON.stringify({ compilerOptions, include: ['*.ts'] }));
      const tsc = join(ROOT, 'node_modules/typescript/bin/tsc');
      const said = await run(process.execPath, [tsc, '-p', dir]).then(
        ({ stdout }) => stdout,
        ({ stdout }) => stdout,
      );
      expect(said).toBe('');
    },
  );
});
