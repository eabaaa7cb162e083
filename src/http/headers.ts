/** Headers in the order in which they are sent; a name may stand several times. */
export type HeaderList = readonly (readonly [name: string, value: string])[];

/** `theirs` after those of `ours` that `theirs` does not name. */
export function mergeHeaders(ours: HeaderList, theirs: HeaderList): HeaderList {
  if (theirs.length === 0) return ours;
  const isNamed = (name: string): boolean =>
    theirs.some(([other]) => other.toLowerCase() === name.toLowerCase());
  return [...ours.filter(([name]) => !isNamed(name)), ...theirs];
}

/** The value of a header; the last one where it is there more than once. */
export function headerValue(headers: HeaderList, name: string): string | undefined {
  return headers.findLast(([other]) => other.toLowerCase() === name)?.[1];
}

/**
 * The list in the form that `http.request` takes. A name that is there several times becomes several lines, except
 * Host: a server must refuse a request with two (RFC 9112 section 3.2), so the last one counts.
 */
export function toNodeHeaders(headers: HeaderList): Record<string, string | string[]> {
  const lines = new Map<string, { name: string; values: string[] }>();
  for (const [name, value] of headers) {
    const key = name.toLowerCase();
    const line = lines.get(key);
    if (line === undefined || key === 'host') lines.set(key, { name, values: [value] });
    else line.values.push(value);
  }
  return Object.fromEntries(
    Array.from(lines.values(), ({ name, values: [first = '', ...more] }) => [
      name,
      more.length === 0 ? first : [first, ...more],
    ]),
  );
}
