/** `restaple ocsp -help`, made from the same table that is parsed by. */
import { FLAG_GROUPS, type Flag } from './flags.ts';

const HEAD = `usage: restaple ocsp -issuer <file> -cert <file> -url <url> [flags]

Asks an OCSP responder as \`openssl ocsp\` does, with its flags and its words; one dash or two, and their order counts.
Unlike openssl it ends with 0 only for certificates that are good, by a response that is verified and current.
`;

export function ocspHelp(): string {
  const width = Math.max(...FLAG_GROUPS.flatMap(({ flags }) => flags.map((flag) => left(flag).length)));
  const row = (flag: Flag): string => `  ${left(flag).padEnd(width)}  ${flag.help}\n`;
  return [HEAD, ...FLAG_GROUPS.map(({ title, flags }) => `${title}:\n${flags.map(row).join('')}`)].join('\n');
}

const left = ({ name, value }: Flag): string => `-${name}${value === undefined ? '' : ` ${value}`}`;
