/** What was typed, by openssl's rules: one dash or two, `-flag value` or `-flag=value`, and the order counts. */
import { nearest } from '../../nearest.ts';
import { UsageError } from '../arguments.ts';
import { header } from '../../http/option-text.ts';
import { FLAGS } from './flags.ts';
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
    const [, name, , inline] = /^--?([^-=][^=]*)(=(.*))?$/s.exec(args[at] ?? '') ?? [];
    if (name === undefined) throw new UsageError(`${args[at]} is no flag: a certificate is given with -cert`);
    const flag = FLAGS.get(name === 'h' ? 'help' : name);
    if (!flag) throw notTaken(name);
    at += 1;
    if (flag.value === undefined) {
      if (inline !== undefined) throw new UsageError(`-${name} takes no value`);
      given.push({ name: flag.name, value: '' });
      continue;
    }
    const value = inline ?? args[at++];
    if (value === undefined) throw new UsageError(`-${name} needs a value: -${name} ${flag.value}`);
    const isNameOfHeader = name === 'header' && !value.includes('=');
    given.push({ name, value: isNameOfHeader ? headerOfTwo(value, args[at++]) : value });
  }
  return given;
}

function notTaken(name: string): UsageError {
  const reason = REFUSED_FLAGS.get(name);
  if (reason !== undefined) return new UsageError(`-${name} is not taken: ${reason}`);
  const meant = nearest(name, FLAGS.keys());
  return new UsageError(`unknown flag -${name}`, meant && `did you mean -${meant}?`);
}

/** `-header NAME VALUE`, as openssl 1.0 and LibreSSL have it, in the form of openssl 1.1 and later. */
function headerOfTwo(name: string, value: string | undefined): string {
  // No flag is the value of a header: one was forgotten, and the flag must not be lost with it.
  if (value === undefined || FLAGS.has(value.replace(/^--?/, '')))
    throw new UsageError(`-header ${name} needs a value: -header ${name}=VALUE`);
  return `${name}=${value}`;
}

/** The header of `NAME=VALUE`; `undefined` for what HTTP does not have. */
export function headerOf(text: string): readonly [name: string, value: string] | undefined {
  const end = text.indexOf('=');
  return header(`${text.slice(0, end)}: ${text.slice(end + 1)}`);
}
