/** `restaple doctor` for a certificate, with all that was typed of whom to ask and how: it is to walk the same road. */
import { shellWord } from '../shell-word.ts';
import { typedOptions } from './doctor/typed-options.ts';
import type { JudgeFlags } from './verbs/judging.ts';
import type { WayFlags } from './verbs/way.ts';

/** @returns the command for a certificate file, ready for a shell. */
export function doctorCommand(flags: JudgeFlags & WayFlags): (path: string) => string {
  const options = typedOptions(flags).flat();
  return (path) => {
    const words = [path.startsWith('-') ? `./${path}` : path, ...options];
    return ['restaple doctor', ...words.filter((word) => word !== undefined).map(shellWord)].join(' ');
  };
}
