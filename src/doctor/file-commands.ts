/** What to type next about a file that is not the certificate of a server. */
import { existsSync } from 'node:fs';
import { dirname } from 'node:path';
import type { RestapleError } from '../errors.ts';
import type { Advice } from './advice.ts';
import type { Known } from './check.ts';
import { type Commands, operand } from './commands.ts';

/** To where a name was mistyped, or to what is there and cannot be read. */
export function list(commands: Commands, error: RestapleError, { target }: Known): string {
  const path = target.kind === 'file' ? target.path : '.';
  const isGone = error.cause instanceof Error && 'code' in error.cause && error.cause.code === 'ENOENT';
  const seen = nearest(path);
  // Of a directory that may not be entered, who may.
  const how = isGone || seen === path ? '-l' : '-ld';
  return commands.of('ls', how, operand(seen));
}

/** The path itself, or of those above it the first that can be seen. */
function nearest(path: string): string {
  const above = dirname(path);
  return existsSync(path) || above === path ? path : nearest(above);
}

/** What is in the file, where that can be shown; else which certificates lie beside it. */
export const beside: Advice['next'] = (commands, _error, { target, otherFile }) => {
  if (target.kind === 'server' || otherFile?.kind === 'response') return commands.inspect();
  const path = operand(target.path);
  if (otherFile?.kind === 'pkcs12') return commands.of('openssl', 'pkcs12', '-nokeys', '-in', path);
  const files = ['find', dirname(path), '-maxdepth', '1', '-type', 'f'];
  return commands.of(...files, '-exec', 'grep', '-ls', 'BEGIN CERTIFICATE-', '{}', '+');
};

/** The lines that begin and end each part, of which one is missing. The rest is a secret, perhaps. */
export const marks: Advice['next'] = (commands, _error, { target }) =>
  target.kind === 'file'
    ? commands.of('grep', '-n', '-e', '-----', operand(target.path))
    : commands.inspect();
