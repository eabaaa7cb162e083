/** What was found and what is to be done, for people. */
import type { Discovery } from '../../servers/discover/discover.ts';
import type { Edit, FoundServer, Remark } from '../../servers/discover/found.ts';
import { printable } from '../../text.ts';
import { shellWord } from '../../shell-word.ts';
import type { Merged } from './config-text.ts';
import type { Plan } from './plan.ts';

export interface InitResult {
  readonly discovery: Discovery;
  readonly plan: Plan;
  readonly merged: Merged;
  /** The config file. */
  readonly out: string;
}

export function initText(result: InitResult): string {
  return [...result.discovery.servers.map(serverText), spokenOf(result)].join('\n');
}

function serverText({ certificates, edits, file, type }: FoundServer): string {
  const count = new Set(certificates.map(({ path }) => path)).size;
  const head = `${type}: ${file}, ${counted(count, 'certificate')}\n`;
  const body = edits.length === 0 ? '  nothing to add\n' : edits.map(editText).join('');
  return printed(head + body);
}

function editText({ insert, place, remove }: Edit): string {
  const what = remove
    ? insert.length > 0
      ? 'in place of this line'
      : 'take this line away'
    : 'after this line';
  const where =
    place.line === 0 ? `${place.file}: before its first line` : `${place.file}:${place.line}: ${what}`;
  return [`  ${where}`, ...insert.map((line) => `    ${line.trim()}`), ''].join('\n');
}

/** All but the changes themselves. */
export function spokenOf({ discovery, merged, out, plan }: InitResult): string {
  const { others, servers, troubles } = discovery;
  const hasConfig = plan.groups.length > 0;
  const lacking = merged.lacking.map(({ file, server }): Remark => ({
    place: { file: out, line: 0 },
    text: `${file} is kept, but not for ${server}: its entry needs "server: ${server}"`,
  }));
  const remarks = [...servers.flatMap((one) => one.remarks), ...others, ...lacking];
  const skipped = [...servers.flatMap((one) => one.skipped), ...troubles, ...plan.skipped];
  return [
    section('to know:', remarks),
    section('not looked at:', skipped),
    hasConfig ? written(merged, out) : 'no certificate to keep: no config was written\n',
    hasConfig ? `next:\n${nextSteps(plan, merged, out)}` : '',
  ]
    .filter((part) => part !== '')
    .join('\n');
}

function section(title: string, remarks: readonly Remark[]): string {
  if (remarks.length === 0) return '';
  return printed(
    `${title}\n${remarks.map(({ place, text }) => `  ${placeText(place)}: ${text}\n`).join('')}`,
  );
}

const placeText = ({ file, line }: Remark['place']): string => (line === 0 ? file : `${file}:${line}`);

function written({ addedFiles, addedServers }: Merged, out: string): string {
  const files = counted(addedFiles.length, 'certificate');
  if (addedFiles.length + addedServers.length === 0) return printed(`${out}: nothing new\n`);
  return printed(`${out}: added ${counted(addedServers.length, 'server')} and ${files}\n`);
}

function nextSteps({ groups, servers }: Plan, { lacksRelay }: Merged, out: string): string {
  const dirs = [...servers.map(({ keys }) => keys.dir), ...groups.map(({ outDir }) => outDir)];
  const needed = [...new Set(dirs.filter((dir) => dir !== undefined))].map(shellWord).join(' ');
  const config = shellWord(out);
  return [
    ...(needed === '' ? [] : [`  install -d -m 755 ${needed}`]),
    ...(lacksRelay ? [`  take the # before relay: and listen: in ${config} away`] : []),
    `  restaple run --check -c ${config}`,
    `  restaple run -c ${config}`,
    ...(servers.length > 0 || groups.some(({ isRelayed }) => isRelayed)
      ? ['  then the changes above, and a reload of each server']
      : []),
    '',
  ].join('\n');
}

const counted = (count: number, what: string): string => `${count} ${what}${count === 1 ? '' : 's'}`;

/** Paths come from configuration that others may have written. */
const printed = (text: string): string => text.split('\n').map(printable).join('\n');
