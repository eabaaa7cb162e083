import { printable } from '../../text.ts';

/** A file by what was typed. */
export function displayName(file: string): string {
  return file === '-' ? 'standard input' : printable(file);
}
