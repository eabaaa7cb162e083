/** What a step gives, or `undefined` when it throws: for steps whose failure changes nothing. */
export function attempt<T>(step: () => T): T | undefined {
  try {
    return step();
  } catch {
    return undefined;
  }
}
