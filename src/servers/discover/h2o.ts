/** h2o: every `ssl` mapping with a `certificate-file`, wherever it stands in the YAML. */
import { isAbsolute } from 'node:path';
import { LineCounter, type YAMLMap, isScalar, parseDocument, visit } from 'yaml';
import { Findings, type FoundServer, type Place, indentOf } from './found.ts';
import type { Tree } from './tree.ts';

const FILES = ['/etc/h2o/h2o.conf', '/etc/h2o.conf'];
/** What goes into each mapping; `restaple-h2o` is what the package installs. */
const KEYS: readonly (readonly [key: string, value: string])[] = [
  ['ocsp-update-cmd', '/usr/local/bin/restaple-h2o'],
  ['ocsp-update-interval', '600'],
];

export function findH2o(tree: Tree): readonly FoundServer[] {
  const file = FILES.find((one) => tree.isFile(one));
  const text = file === undefined ? undefined : tree.text(file);
  if (file === undefined || text === undefined) return [];
  const findings = new Findings();
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  for (const { message, pos } of document.errors)
    findings.skip({ file, line: lines.linePos(pos[0]).line }, message.split('\n')[0] ?? 'no YAML');
  const placeOf = (offset: number): Place => ({ file, line: lines.linePos(offset).line });
  visit(document, {
    Scalar: (_, { source, tag }) => {
      if (tag === '!file')
        findings.skip({ file, line: 0 }, `${source}: a file within the file is not looked at`);
    },
    Map: (_, map) => {
      const certificate = valueIn(map, 'certificate-file');
      if (!certificate) return;
      if (isAbsolute(certificate.value)) findings.certificate(certificate.value, placeOf(certificate.offset));
      else findings.skip(placeOf(certificate.offset), `${certificate.value}: not absolute`);
      addKeys(findings, map, placeOf, text);
    },
  });
  return [findings.found('h2o', file)];
}

interface Value {
  readonly value: string;
  readonly offset: number;
}

function valueIn(map: YAMLMap, key: string): Value | undefined {
  const pair = map.items.find((one) => isScalar(one.key) && one.key.value === key);
  const value = pair?.value;
  if (!isScalar(value) || !value.range) return undefined;
  return { value: String(value.value), offset: value.range[0] };
}

function addKeys(findings: Findings, map: YAMLMap, placeOf: (offset: number) => Place, text: string): void {
  const certificate = valueIn(map, 'certificate-file');
  if (!certificate) return;
  const place = placeOf(certificate.offset);
  const missing = KEYS.filter(([key, value]) => valueIn(map, key)?.value !== value);
  if (missing.length === 0) return;
  if (map.flow === true || text.split('\n')[place.line - 1]?.trimStart().startsWith('- ') === true) {
    findings.remark(place, `add ${missing.map((pair) => pair.join(': ')).join(' and ')}`);
    return;
  }
  const indent = indentOf(text.split('\n')[place.line - 1]);
  for (const [key, value] of missing) {
    const present = valueIn(map, key);
    if (present) findings.replace(placeOf(present.offset), `${indent}${key}: ${value}`);
    else findings.insert(place, `${indent}${key}: ${value}`);
  }
}
