/** Whether a config keeps a certificate file already. */
import type { Config } from '../../config/config.ts';
import { matcherOf } from '../../servers/discover/pattern.ts';

/** By its path: named itself, below a directory that is named, or matched by a pattern. */
export function isCovered(file: string, { certificates }: Pick<Config, 'certificates'>): boolean {
  return certificates.some(({ files }) => files.some((one) => covers(one.replace(/(.)\/+$/, '$1'), file)));
}

function covers(one: string, file: string): boolean {
  if (one === file || file.startsWith(one === '/' ? one : `${one}/`)) return true;
  return /[*?[{]/.test(one) && matchesParts(one.split('/'), file.split('/'));
}

/** `**` is any number of directories. */
function matchesParts([part, ...rest]: readonly string[], [name, ...below]: readonly string[]): boolean {
  if (part === undefined) return name === undefined;
  if (part === '**')
    return (
      matchesParts(rest, name === undefined ? [] : [name, ...below]) ||
      (name !== undefined && matchesParts(['**', ...rest], below))
    );
  return name !== undefined && matcherOf(part)(name) && matchesParts(rest, below);
}
