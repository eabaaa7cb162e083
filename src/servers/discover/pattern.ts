/** Patterns as glob(3) has them, which is what servers take for their includes: `*`, `?` and `[…]` within a name. */

export const isPattern = (text: string): boolean => /[*?[]/.test(text);

/** For one name. As in a shell, a name that begins with a dot is matched by a dot alone. */
export function matcherOf(pattern: string): (name: string) => boolean {
  const source = pattern.replaceAll(/\[!?[^\]]*\]|[^]/g, (part) => {
    if (part === '*') return '[^/]*';
    if (part === '?') return '[^/]';
    if (part.length > 1) return part.replace(/^\[!/, '[^').replaceAll('\\', '\\\\');
    return part.replace(/[\\^$.|+()[\]{}/]/, String.raw`\$&`);
  });
  const expression = new RegExp(`^${source}$`);
  return (name) => expression.test(name) && (pattern.startsWith('.') || !name.startsWith('.'));
}
