/** h2o: every `ssl` mapping with a `certificate-file`, wherever it stands in the YAML. */
import { isAbsolute } from 'node:path';
import { LineCounter, type YAMLMap, isScalar, parseDocument, visit } from 'yaml';
import { Findings, type FoundServer, type Place } from './found.ts';
import type { Tree } from './tree.ts';

const FILES = ['/etc/h2o/h2o.conf', '/etc/h2o.conf'];
/** What goes into each mapping; `restaple-h2o` is what the package installs. */
const KEYS: readonly (readonly [key: string, value: string])[] = [
  ['ocsp-update-cmd', '/usr/local/bin/restaple-h2o'],
  ['ocsp-update-interval', '600'],
];

export function findH2o(tree: Tree): readonly FoundServer[] {
  const file = FILES.find((one) => tree.isFile(one));
  if (file === undefined) return [];
  const findings = new Findings();
  const text = tree.text(file);
  if (text === undefined) {
    findings.skip({ file, line: 0 }, tree.whyNot(file));
    return [findings.found('h2o', file)];
  }
  const lines = new LineCounter();
  const document = parseDocument(text, { lineCounter: lines, logLevel: 'silent', uniqueKeys: false });
  for (const { message, pos } of document.errors)
    findings.skip({ file, line: lines.linePos(pos[0]).line }, message.split('\n')[0] ?? 'no YAML');
  const placeOf = (offset: number): Place => ({ file, line: lines.linePos(offset).line });
  visit(document, {
    Scalar: (_, { range, source, tag }) => {
      if (tag === '!file')
        findings.skip(placeOf(range?.[0] ?? 0), `${source}: a file within the file is not looked at`);
    },
    Map: (_, map) => {
      const key = map.items.find((one) => isScalar(one.key) && one.key.value === 'certificate-file')?.key;
      const certificate = valueIn(map, 'certificate-file');
      if (!certificate) {
        if (isScalar(key))
          findings.skip(placeOf(key.range?.[0] ?? 0), 'certificate-file: not a plain string');
        return;
      }
      if (certificate.tag !== undefined)
        findings.skip(placeOf(certificate.offset), `${certificate.tag}: not the name of a file`);
      else if (isAbsolute(certificate.value))
        findings.certificate(certificate.value, placeOf(certificate.offset));
      else findings.skip(placeOf(certificate.offset), `${certificate.value}: not absolute`);
      addKeys(findings, map, placeOf, text);
    },
  });
  return [findings.found('h2o', file)];
}

interface Value {
  readonly value: string;
  readonly tag: string | undefined;
  /** Where its key begins, and where the value is, and is over. */
  readonly keyOffset: number;
  readonly offset: number;
  readonly end: number;
}

function valueIn(map: YAMLMap, key: string): Value | undefined {
  const pair = map.items.find((one) => isScalar(one.key) && one.key.value === key);
  const value = pair?.value;
  if (!isScalar(value) || !value.range || !isScalar(pair?.key) || !pair.key.range) return undefined;
  const [offset, end] = value.range;
  return { value: String(value.value), tag: value.tag, keyOffset: pair.key.range[0], offset, end };
}

/** What stands before an offset on its line. */
const textBefore = (text: string, offset: number): string =>
  text.slice(text.lastIndexOf('\n', offset - 1) + 1, offset);

function addKeys(findings: Findings, map: YAMLMap, placeOf: (offset: number) => Place, text: string): void {
  const certificate = valueIn(map, 'certificate-file');
  if (!certificate) return;
  const place = placeOf(certificate.end);
  const missing = KEYS.filter(([key, value]) => valueIn(map, key)?.value !== value);
  if (missing.length === 0) return;
  const before = textBefore(text, certificate.keyOffset);
  const isPlain = missing.every(([key]) => {
    const present = valueIn(map, key);
    return !present || placeOf(present.keyOffset).line === placeOf(present.end).line;
  });
  // Behind `- ` or `{`, on a line of others, or over several: where a line would go is not to be guessed.
  if (map.flow === true || before.trim() !== '' || !isPlain) {
    findings.remark(place, `add ${missing.map((pair) => pair.join(': ')).join(' and ')}`);
    return;
  }
  const indent = before;
  for (const [key, value] of missing) {
    const present = valueIn(map, key);
    if (present) findings.replace(placeOf(present.offset), `${indent}${key}: ${value}`);
    else findings.insert(place, `${indent}${key}: ${value}`);
  }
}
