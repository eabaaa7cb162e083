/** Commands to type next, ready for a shell. */
import { shellWord } from '../shell-word.ts';
import type { Known, Tools } from './check.ts';

export class Commands {
  /** The certificate file; for a server a word in its place, because only the user knows which it is. */
  readonly #subject: string;
  readonly #typed: Tools['typed'];

  constructor({ target }: Known, { typed }: Pick<Tools, 'typed'>) {
    this.#subject = target.kind === 'file' ? shellWord(target.path) : 'CERT';
    this.#typed = typed;
  }

  /** `restaple fetch` with the options that were typed, but for those in `without` and those that `more` has. */
  fetch(more: readonly string[] = [], without: readonly string[] = []): string {
    const kept = this.#typed.filter(([option]) => !without.includes(option) && !more.includes(option));
    const words = [...kept.flat().filter((word) => word !== undefined), ...more];
    return ['restaple fetch', this.#subject, ...words.map(shellWord)].join(' ');
  }

  /** What is in the certificate file. */
  inspect(): string {
    return `restaple inspect ${this.#subject}`;
  }

  /** What is in a response that may not be stapled. */
  inspectResponse(): string {
    return `${this.fetch(['--no-verify', '--stdout'])} | restaple inspect -`;
  }

  of(program: string, ...words: readonly string[]): string {
    return [program, ...words.map(shellWord)].join(' ');
  }
}
