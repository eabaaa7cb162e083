/** Whether what is printed may hold signs that are not ASCII. */
import type { Io } from './io.ts';

/** The locale by the rule of POSIX: the first of the three that is set and not empty. */
export function showsSigns({ LC_ALL, LC_CTYPE, LANG }: Io['env']): boolean {
  return /utf-?8/i.test([LC_ALL, LC_CTYPE, LANG].find((name) => name !== undefined && name !== '') ?? '');
}
