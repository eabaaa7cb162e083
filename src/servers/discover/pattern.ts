/** Patterns as glob(3) has them, which is what servers take for their includes: `*`, `?` and `[…]` within a name. */

export const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** One part of a pattern: any number of characters, or one that passes. */
type Part = '*' | ((character: string) => boolean);

/**
 * For one name. As in a shell, a name that begins with a dot is matched by a dot alone. Not by a regular expression:
 * `*a*a*a*b` takes one of those hours.
 */
export function matcherOf(pattern: string): (name: string) => boolean {
  const parts = [...pattern.matchAll(/\*+|\[[!^]?\]?[^\]]*\]|[^]/gu)].map(([text]) => partOf(text));
  return (name) =>
    (pattern.startsWith('.') || !name.startsWith('.')) && isMatch(parts, name.match(/[^]/gu) ?? []);
}

function partOf(text: string): Part {
  if (text.startsWith('*')) return '*';
  if (text === '?') return () => true;
  return text.length > 2 && text.startsWith('[') ? setOf(text) : (character) => character === text;
}

/** `[a-z_]`, and `[!…]` or `[^…]` for all but those. */
function setOf(text: string): (character: string) => boolean {
  const isInverse = /^\[[!^]/.test(text);
  const ranges = [...text.slice(isInverse ? 2 : 1, -1).matchAll(/([^])-([^])|[^]/gu)].map(
    ([whole, from = whole, to = whole]) => [from, to] as const,
  );
  return (character) => ranges.some(([from, to]) => from <= character && character <= to) !== isInverse;
}

/** Where it goes wrong behind a `*`, only the last one needs to take one character more. */
function isMatch(parts: readonly Part[], name: readonly string[]): boolean {
  let at = 0;
  let star: { readonly part: number; name: number } | undefined;
  for (let i = 0; i < name.length;) {
    const part = parts[at];
    if (part === '*') star = { part: at++, name: i };
    else if (part?.(name[i] ?? '') === true) {
      at++;
      i++;
    } else if (star) {
      at = star.part + 1;
      i = ++star.name;
    } else return false;
  }
  return parts.slice(at).every((part) => part === '*');
}
