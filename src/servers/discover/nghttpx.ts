/** nghttpx up to 1.65: `certificate-file` and `subcert`. */
import { isAbsolute } from 'node:path';
import { Findings, type FoundServer, type Place } from './found.ts';
import type { Tree } from './tree.ts';

const FILE = '/etc/nghttpx/nghttpx.conf';
/** As nghttpx has it. */
const MAX_DEPTH = 9;
const OPTIONS: readonly (readonly [key: string, value: string])[] = [
  ['fetch-ocsp-response-file', '/usr/local/bin/restaple-h2o'],
  ['ocsp-update-interval', '10m'],
  ['ocsp-startup', 'yes'],
  ['no-verify-ocsp', 'yes'],
];

export function findNghttpx(tree: Tree): readonly FoundServer[] {
  if (!tree.isFile(FILE)) return [];
  const findings = new Findings();
  const options = new Map<string, { readonly value: string; readonly place: Place }>();
  for (const { key, place, value } of optionsOf(tree, FILE, findings, 0)) {
    const certificate =
      key === 'certificate-file' ? value : key === 'subcert' ? certificateOf(value) : undefined;
    if (certificate !== undefined && isAbsolute(certificate)) findings.certificate(certificate, place);
    else if (certificate !== undefined) findings.skip(place, `${key}=${value}: OCSP needs an absolute path`);
    options.set(key, { value, place });
  }
  const after = findings.certificates[0];
  if (after) {
    for (const [key, value] of OPTIONS) {
      const present = options.get(key);
      if (!present) findings.insert(after.place, `${key}=${value}`);
      else if (present.value !== value) findings.replace(present.place, `${key}=${value}`);
    }
    findings.remark(
      { file: FILE, line: 0 },
      'from 1.66 on nghttpx cannot staple, and takes these options without heeding them',
    );
  }
  return [findings.found('nghttpx', FILE)];
}

interface Option {
  readonly key: string;
  readonly value: string;
  readonly place: Place;
}

/** Those of a file, with those of the files that it includes in their place. */
function optionsOf(tree: Tree, file: string, findings: Findings, depth: number): readonly Option[] {
  const text = tree.text(file);
  if (text === undefined || depth > MAX_DEPTH) {
    findings.skip({ file, line: 0 }, text === undefined ? tree.whyNot(file) : 'included too often');
    return [];
  }
  return text.split(/\r?\n/).flatMap((line, i) => {
    const [, key, value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    if (key === 'include' && isAbsolute(value)) return optionsOf(tree, value, findings, depth + 1);
    const place = { file, line: i + 1 };
    if (key === 'include') findings.skip(place, `include=${value}: not absolute`);
    return key === undefined ? [] : [{ key, value, place }];
  });
}

/** `KEY:CERT[;PARAM…]` */
const certificateOf = (value: string): string => value.split(';')[0]?.split(':')[1] ?? '';
