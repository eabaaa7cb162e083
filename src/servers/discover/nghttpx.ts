/** nghttpx up to 1.65: `certificate-file` and `subcert`. */
import { isAbsolute } from 'node:path';
import { Findings, type FoundServer, type Place } from './found.ts';
import type { Tree } from './tree.ts';

const FILE = '/etc/nghttpx/nghttpx.conf';
const OPTIONS: readonly (readonly [key: string, value: string])[] = [
  ['fetch-ocsp-response-file', '/usr/local/bin/restaple-h2o'],
  ['ocsp-update-interval', '10m'],
  ['ocsp-startup', 'yes'],
  ['no-verify-ocsp', 'yes'],
];

export function findNghttpx(tree: Tree): readonly FoundServer[] {
  const text = tree.text(FILE);
  if (text === undefined) return [];
  const findings = new Findings();
  const options = new Map<string, { readonly value: string; readonly place: Place }>();
  for (const [i, line] of text.split('\n').entries()) {
    const [, key = '', value = ''] = /^([\w-]+)=(.*)$/.exec(line) ?? [];
    const place = { file: FILE, line: i + 1 };
    const certificate =
      key === 'certificate-file' ? value : key === 'subcert' ? certificateOf(value) : undefined;
    if (certificate !== undefined && isAbsolute(certificate)) findings.certificate(certificate, place);
    else if (certificate !== undefined) findings.skip(place, `${key}=${value}: OCSP needs an absolute path`);
    if (key !== '') options.set(key, { value, place });
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

/** `KEY:CERT[;PARAM…]` */
const certificateOf = (value: string): string => value.split(';')[0]?.split(':')[1] ?? '';
