/**
 * Whether a server that writes a pid file is stopped. Looked up in the server's own configuration, since nobody would
 * keep a second word about it true.
 */
import { readFileSync } from 'node:fs';
import { basename, isAbsolute } from 'node:path';
import { attempt } from '../attempt.ts';
import type { Command } from './adapter.ts';

/** The word after an option, as in `nginx -c FILE`, in the first of the commands that has it. */
export function optionOf(option: string, ...commands: readonly (Command | undefined)[]): string | undefined {
  for (const words of commands) {
    const at = words?.indexOf(option) ?? -1;
    if (words && at >= 0) return words[at + 1];
  }
  return undefined;
}

/**
 * Whether a reload command is about the server of this machine whose configuration that is; what else it may be, of a
 * container or of another machine, does not care for a pid file here.
 */
export const isOfSystem = (reload: Command | undefined, ...programs: readonly string[]): boolean =>
  reload === undefined ||
  reload.some((word) => isAbsolute(word) && [...programs, 'systemctl'].includes(basename(word)));

/**
 * `directive` finds the path of the pid file in the text of `configuration`, as its first group.
 *
 * @returns true only when that is known for sure: a reload too many is a line in a log, one too few an ended staple.
 */
export function isStopped(configuration: string, directive: RegExp): boolean {
  const path = attempt(() => directive.exec(readFileSync(configuration, 'utf8'))?.[1]);
  return path !== undefined && isAbsolute(path) && isGone(path);
}

/** Whether there is a process by the number in a pid file; not where that cannot be read. */
export function isRunning(pidFile: string): boolean {
  const pid = Number.parseInt(attempt(() => readFileSync(pidFile, 'latin1')) ?? '', 10);
  return pid > 0 && exists(pid);
}

/** Whether the process of a pid file is gone, or the file is not there. */
export function isGone(pidFile: string): boolean {
  try {
    // Empty after `nginx -t`, which makes the file.
    const pid = Number.parseInt(readFileSync(pidFile, 'latin1'), 10);
    return !(pid > 0) || !exists(pid);
  } catch (error) {
    return isSystemError(error, 'ENOENT');
  }
}

function exists(pid: number): boolean {
  try {
    return process.kill(pid, 0);
  } catch (error) {
    // EPERM: it runs as another user.
    return !isSystemError(error, 'ESRCH');
  }
}

const isSystemError = (error: unknown, code: string): boolean =>
  error instanceof Error && 'code' in error && error.code === code;
