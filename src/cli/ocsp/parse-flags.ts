/** What was typed, by openssl's rules: one dash or two, `-flag value` or `-flag=value`, and the order counts. */
import { nearest } from '../../nearest.ts';
import { UsageError } from '../arguments.ts';
import { header } from '../../http/option-text.ts';
import { DIGESTS, FLAGS, type Flag } from './flags.ts';
import { REFUSED_FLAGS } from './refused-flags.ts';

/** One flag as it was given. `value` is empty for a switch. */
export interface GivenFlag {
  readonly name: string;
  readonly value: string;
}

/** @throws UsageError for anything that is not taken, with the reason or the flag that was probably meant. */
export function parseFlags(args: readonly string[]): readonly GivenFlag[] {
  const given: GivenFlag[] = [];
  for (let at = 0; at < args.length;) {
    const { name, inline } = split(args[at] ?? '');
    if (name === undefined) throw new UsageError(`${args[at]} is no flag: a certificate is given with -cert`);
    const flag = flagOf(name);
    if (!flag) throw notTaken(name);
    at += 1;
    if (flag.value === undefined) {
      if (inline !== undefined) throw new UsageError(`-${name} takes no value`);
      given.push({ name: flag.name, value: '' });
      continue;
    }
    const value = inline ?? args[at++];
    // A variable of a script that is not set: openssl finds out when the responder has been asked.
    const isMissing = value === '' && NO_EMPTY.has(flag.value);
    if (value === undefined || isMissing)
      throw new UsageError(`-${name} needs a value: -${name} ${flag.value}`);
    const isNameOfHeader = name === 'header' && !value.includes('=');
    given.push({ name, value: isNameOfHeader ? headerOfTwo(value, args[at++]) : value });
  }
  return given;
}

const NO_EMPTY: ReadonlySet<string> = new Set(['<file>', '<dir>']);

interface Split {
  /** `undefined` where there is no dash, and so no flag. */
  readonly name?: string | undefined;
  /** What stands behind an equals sign. */
  readonly inline?: string | undefined;
}

function split(arg: string): Split {
  const [, name, , inline] = /^--?([^-=][^=]*)(=(.*))?$/s.exec(arg) ?? [];
  return { name, inline };
}

/** openssl takes digests in any case, and is often given `-SHA256`. */
function flagOf(name: string): Flag | undefined {
  const digest = DIGESTS.find((one) => one === name.toLowerCase());
  return FLAGS.get(name === 'h' ? 'help' : (digest ?? name));
}

function notTaken(name: string): UsageError {
  const reason = REFUSED_FLAGS.get(name);
  if (reason !== undefined) return new UsageError(`-${name} is not taken: ${reason}`);
  const meant = nearest(name, FLAGS.keys()) ?? nearest(name.toLowerCase(), FLAGS.keys());
  return new UsageError(`unknown flag -${name}`, meant && `did you mean -${meant}?`);
}

/** `-header NAME VALUE`, as openssl 1.0 and LibreSSL have it, in the form of openssl 1.1 and later. */
function headerOfTwo(name: string, value: string | undefined): string {
  const [, colon] = /^([^\s:]+):/.exec(name) ?? [];
  if (colon !== undefined) throw new UsageError(`-header ${name}: expected ${colon}=VALUE or ${colon} VALUE`);
  // No flag is the value of a header: one was forgotten, and the flag must not be lost with it.
  const flag = split(value ?? '').name;
  if (value === undefined || (flag !== undefined && (flagOf(flag) || REFUSED_FLAGS.has(flag))))
    throw new UsageError(`-header ${name} needs a value: -header ${name}=VALUE`);
  return `${name}=${value}`;
}

/** The header of `NAME=VALUE`; `undefined` for what HTTP does not have. */
export function headerOf(text: string): readonly [name: string, value: string] | undefined {
  const end = text.indexOf('=');
  return header(`${text.slice(0, end)}: ${text.slice(end + 1)}`);
}
