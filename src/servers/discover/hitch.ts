/** Hitch: `pem-file` in both its forms, `pem-dir`, and `ocsp-dir`. */
import { join } from 'node:path';
import { Findings, type FoundServer, type Place, STAPLES } from './found.ts';
import type { Tree } from './tree.ts';

const FILE = '/etc/hitch/hitch.conf';
/** Not Hitch's own: what it fetches by itself, checked far less, it would write over the staples there. */
const DIR = `${STAPLES}/hitch`;

/** A statement: `key = "value"`, or the same within the braces of another; the brace itself is left out. */
const STATEMENT = /^\s*(?:([\w-]+)\s*=\s*)?(?:"([^"]*)"|(\{)|(\})|([^\s"{}#]+))?/;

export function findHitch(tree: Tree): readonly FoundServer[] {
  const text = tree.text(FILE);
  if (text === undefined) return [];
  const findings = new Findings();
  const values = statements(text, (line) => findings.skip({ file: FILE, line }, 'not as Hitch has it'));
  let ocspDir: Statement | undefined;
  let address: string | undefined;
  for (const { key, line, value } of values) {
    const place: Place = { file: FILE, line };
    if (key === 'pem-file' || key === 'pem-file.cert') findings.certificate(value, place);
    else if (key === 'pem-dir') {
      for (const name of tree.names(value)) findings.certificate(join(value, name), place);
    } else if (key === 'ocsp-dir') ocspDir = { key, line, value };
    else if (key === 'pem-file.ocsp-resp-file')
      findings.remark(
        place,
        'take ocsp-resp-file away: it is read at the start only, and a bad file keeps Hitch from starting',
      );
    else if (key === 'frontend.port' || key === 'frontend') address ??= addressOf(value);
  }
  const line = `ocsp-dir = "${DIR}"`;
  if (!ocspDir) findings.insert({ file: FILE, line: text.replace(/\n$/, '').split('\n').length }, line);
  else if (ocspDir.value !== DIR) findings.replace({ file: FILE, line: ocspDir.line }, line);
  return [
    findings.found('hitch', FILE, { type: 'hitch', dir: DIR, ...(address !== undefined && { address }) }),
  ];
}

interface Statement {
  /** With the key of the block that it stands in: `pem-file.cert`. */
  readonly key: string;
  readonly value: string;
  readonly line: number;
}

function statements(text: string, skip: (line: number) => void): readonly Statement[] {
  const found: Statement[] = [];
  let block: string | undefined;
  for (const [i, line] of text.split('\n').entries()) {
    for (let rest = line.trim(); rest !== '' && !rest.startsWith('#');) {
      const [whole = '', key = '', quoted, opens, closes, plain] = STATEMENT.exec(rest) ?? [];
      if (whole.trim() === '') {
        skip(i + 1);
        break;
      }
      rest = rest.slice(whole.length).trimStart();
      if (opens !== undefined) block = key;
      else if (closes !== undefined) block = undefined;
      else {
        const value = quoted ?? plain ?? '';
        found.push({ key: block === undefined ? key : `${block}.${key}`, value, line: i + 1 });
      }
    }
  }
  return found;
}

/** `443` of `port`, or `[HOST]:PORT` of the old form. */
function addressOf(value: string): string | undefined {
  const [, host = '*', port] = /^(?:\[([^\]]*)\]:)?(\d+)/.exec(value) ?? [];
  return port === undefined ? undefined : `${host === '*' || host === '' ? '127.0.0.1' : host}:${port}`;
}
