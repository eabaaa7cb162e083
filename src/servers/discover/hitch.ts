/** Hitch: `pem-file` in both its forms, `pem-dir`, and `ocsp-dir`. */
import { join } from 'node:path';
import { Findings, type FoundServer, type Place, STAPLES } from './found.ts';
import { type HitchStatement, hitchStatements } from './hitch-syntax.ts';
import { matcherOf } from './pattern.ts';
import type { Tree } from './tree.ts';

const FILE = '/etc/hitch/hitch.conf';
/** Not Hitch's own: what it fetches by itself, checked far less, it would write over the staples there. */
const DIR = `${STAPLES}/hitch`;

export function findHitch(tree: Tree): readonly FoundServer[] {
  if (!tree.isFile(FILE)) return [];
  const findings = new Findings();
  const text = tree.text(FILE);
  if (text === undefined) {
    findings.skip({ file: FILE, line: 0 }, tree.whyNot(FILE));
    return [findings.found('hitch', FILE)];
  }
  const statements = hitchStatements(text, (line) =>
    findings.skip({ file: FILE, line }, 'not as Hitch has it'),
  );
  const last = (key: string): HitchStatement | undefined => statements.findLast((one) => one.key === key);
  for (const { key, line, value } of statements) {
    const place: Place = { file: FILE, line };
    const name = key.replace(/^frontend\./, '');
    if (name === 'pem-file' || name === 'pem-file.cert') findings.certificate(value, place);
    else if (name === 'pem-dir') {
      const isMatch = matcherOf(last('pem-dir-glob')?.value ?? '*');
      for (const file of tree.names(value).filter((one) => isMatch(one)))
        if (tree.isFile(join(value, file))) findings.certificate(join(value, file), place);
    } else if (name === 'pem-file.ocsp-resp-file')
      findings.remark(
        place,
        'take ocsp-resp-file away: it is read at the start only, and a bad file keeps Hitch from starting',
      );
  }
  if (findings.certificates.length > 0) addDirectory(findings, text, last('ocsp-dir'));
  const address = addressOf(statements);
  return [
    findings.found('hitch', FILE, { type: 'hitch', dir: DIR, ...(address !== undefined && { address }) }),
  ];
}

function addDirectory(findings: Findings, text: string, present: HitchStatement | undefined): void {
  const line = `ocsp-dir = "${DIR}"`;
  const lines = text.replace(/\n$/, '').split('\n');
  if (!present) findings.insert({ file: FILE, line: lines.length }, line);
  else if (present.value === DIR) return;
  else if (/^\s*ocsp-dir\s*=\s*(?:"[^"]*"|\S+)\s*(?:#.*)?$/.test(lines[present.line - 1] ?? ''))
    findings.replace({ file: FILE, line: present.line }, line);
  else findings.remark({ file: FILE, line: present.line }, `have ${line} here`);
}

/** Of the first `frontend`: `[HOST]:PORT`, or a block with `host` and `port`. */
function addressOf(statements: readonly HitchStatement[]): string | undefined {
  const first = statements.find(({ key }) => key === 'frontend' || key === 'frontend.port');
  if (!first) return undefined;
  if (first.key === 'frontend') {
    const [, host = '', port] = /^\[([^\]]*)\]:(\d+)/.exec(first.value) ?? [];
    return port === undefined ? undefined : reachable(host, port);
  }
  const host = statements.find(({ block, key }) => block === first.block && key === 'frontend.host');
  return reachable(host?.value ?? '*', first.value);
}

function reachable(host: string, port: string): string {
  if (host === '*' || host === '' || host === '0.0.0.0' || host === '::') return `127.0.0.1:${port}`;
  return host.includes(':') ? `[${host}]:${port}` : `${host}:${port}`;
}
