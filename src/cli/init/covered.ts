/** Whether a config keeps a certificate file already. */
import type { CertificateConfig, Config } from '../../config/config.ts';
import { matcherOf } from '../../servers/discover/pattern.ts';

/** The entry that counts for it: it names the file, a directory above it, or a pattern that it matches. */
export function entryFor(file: string, { certificates }: Config): CertificateConfig | undefined {
  return certificates.find(({ files }) => files.some((one) => covers(one.replace(/(.)\/+$/, '$1'), file)));
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
