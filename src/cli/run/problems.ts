/** What is wrong, gathered while looking goes on. */
import { InputError, RestapleError } from '../../errors.ts';

export interface Problem {
  /** The file or directory that it is about. */
  readonly path: string | undefined;
  readonly error: Error;
  /** In place of the usual one. */
  readonly hint?: string;
}

/** Each once: a missing file that is named for all certificates is missing for each of them. */
export class Problems {
  readonly #all = new Map<string, Problem>();

  get all(): readonly Problem[] {
    return [...this.#all.values()];
  }

  add(problem: Problem | undefined): void {
    if (problem) this.#all.set(`${problem.path ?? ''}\0${problem.error.message}`, problem);
  }

  /** What `look` finds; `undefined` when it finds a problem. */
  async of<T>(path: string | undefined, look: () => Promise<T>): Promise<T | undefined> {
    try {
      return await look();
    } catch (error) {
      if (!(error instanceof RestapleError)) throw error;
      this.add({ path: path ?? (error instanceof InputError ? error.path : undefined), error });
      return undefined;
    }
  }
}
