/** Traffic Server up to 9: `ssl_multicert.config`, and what `records.config` says of the places. */
import { basename, isAbsolute, join } from 'node:path';
import { outputPath } from '../../subject/output-path.ts';
import { Findings, type FoundServer, type Place, STAPLES } from './found.ts';
import type { Tree } from './tree.ts';

const DIRECTORY = '/etc/trafficserver';
const FILE = `${DIRECTORY}/ssl_multicert.config`;
const RECORDS = `${DIRECTORY}/records.config`;
const ENABLED = 'proxy.config.ssl.ocsp.enabled';
const RESPONSES = 'proxy.config.ssl.ocsp.response.path';
const CERTIFICATES = 'proxy.config.ssl.server.cert.path';
/** After this time it asks the responder by itself, and puts the answer, unverified, in the place of the staple: never. */
const TIMEOUT = 'proxy.config.ssl.ocsp.cache_timeout';
const NEVER_S = '2000000000';

interface Records {
  readonly text: string;
  readonly values: ReadonlyMap<string, { readonly value: string; readonly place: Place }>;
}

export function findTrafficServer(tree: Tree): readonly FoundServer[] {
  if (!tree.isFile(FILE)) return [];
  const text = tree.text(FILE);
  const findings = new Findings();
  if (text === undefined) {
    findings.skip({ file: FILE, line: 0 }, tree.whyNot(FILE));
    return [findings.found('trafficserver', FILE)];
  }
  if (!tree.isFile(RECORDS) && tree.isFile(`${DIRECTORY}/records.yaml`)) {
    findings.skip(
      { file: `${DIRECTORY}/records.yaml`, line: 0 },
      'the records of Traffic Server 10 are not looked at',
    );
    return [findings.found('trafficserver', FILE)];
  }
  const records = recordsOf(tree.text(RECORDS) ?? '');
  const present = records.values.get(RESPONSES)?.value ?? '';
  // NULL, as in the file that comes with it, or a place that depends on how it was built.
  const dir = isAbsolute(present) ? present : `${STAPLES}/trafficserver`;
  const configured = records.values.get(CERTIFICATES)?.value ?? 'NULL';
  const certificates = configured === 'NULL' ? DIRECTORY : configured;
  for (const [i, line] of text.split('\n').entries())
    certificateLine(
      findings,
      line,
      { file: FILE, line: i + 1 },
      isAbsolute(certificates) ? certificates : undefined,
      dir,
    );
  if (findings.certificates.length > 0) addRecords(findings, records, dir);
  return [findings.found('trafficserver', FILE, { type: 'trafficserver', dir })];
}

function certificateLine(
  findings: Findings,
  line: string,
  place: Place,
  path: string | undefined,
  dir: string,
): void {
  if (/^\s*(?:#|$)/.test(line)) return;
  const [, quoted, plain] = /\bssl_cert_name=(?:"([^"]*)"|(\S+))/.exec(line) ?? [];
  const names = (quoted ?? plain ?? '').split(',').filter((name) => name !== '');
  if (names.length === 0) {
    findings.skip(place, 'no ssl_cert_name');
    return;
  }
  if (path === undefined && !names.every((name) => isAbsolute(name))) {
    findings.skip(place, `${names.join(',')}: not absolute, nor is ${CERTIFICATES}`);
    return;
  }
  const files = names.map((name) => (isAbsolute(name) ? name : join(path ?? '/', name)));
  for (const file of files) findings.certificate(file, place);
  const [file = '', another] = files;
  if (another !== undefined) {
    findings.remark(
      place,
      'leave ssl_ocsp_name out: with two certificates Traffic Server crashes where the second has no staple',
    );
    return;
  }
  const staple = outputPath(file, dir);
  if (!findings.claims(staple, file, place)) return;
  const name = basename(staple);
  if (/[\s",]/.test(name)) {
    findings.skip(place, `${file}: its name would mean something else in ssl_ocsp_name`);
    return;
  }
  const wanted = `ssl_ocsp_name=${name}`;
  const [, present] = /\bssl_ocsp_name=(?:"([^"]*)"|\S+)/.exec(line) ?? [];
  if (present === name || line.split(/\s+/).includes(wanted)) return;
  const without = line.trimEnd().replace(/\s*\bssl_ocsp_name=(?:"[^"]*"|\S+)/, '');
  findings.replace(place, `${without} ${wanted}`);
}

/** `CONFIG name TYPE value` */
function recordsOf(text: string): Records {
  const values = new Map<string, { value: string; place: Place }>();
  for (const [i, line] of text.split('\n').entries()) {
    const [, name, value = ''] = /^\s*(?:CONFIG|LOCAL)\s+(\S+)\s+\w+\s+(.*?)\s*$/.exec(line) ?? [];
    if (name !== undefined) values.set(name, { value, place: { file: RECORDS, line: i + 1 } });
  }
  return { text, values };
}

function addRecords(findings: Findings, { text, values }: Records, dir: string): void {
  const last = { file: RECORDS, line: text.split('\n').length - (text.endsWith('\n') ? 1 : 0) };
  for (const [name, type, value] of [
    [ENABLED, 'INT', '1'],
    [RESPONSES, 'STRING', dir],
    [TIMEOUT, 'INT', NEVER_S],
  ]) {
    const present = values.get(name ?? '');
    const line = `CONFIG ${name} ${type} ${value}`;
    if (!present) findings.insert(last, line);
    else if (present.value !== value) findings.replace(present.place, line);
  }
}
