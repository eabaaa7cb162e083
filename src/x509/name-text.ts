/** Names as people write them: the order and the spelling in which a tool printed them do not count. */

/**
 * The same text for `C=US, O=Example, CN=R3`, `CN=R3,O=Example,C=US` and `CN = r3, O = Example, C = US`: RFC 4514 writes
 * a name backwards, openssl forwards. A comma, plus or backslash within a value has a backslash before it, as
 * `formatName` prints it, or the value has quotes around it, as openssl prints it. `undefined` for text that is no name.
 */
export function nameKey(given: string): string | undefined {
  const text = given.replaceAll(
    /=\s*"((?:\\.|[^"\\])*)"(?=\s*(?:[,+]|$))/gsu,
    (_all, value: string) => `=${escaped(value)}`,
  );
  if (!/^(?:\\.|[^\\,+])+(?:[,+](?:\\.|[^\\,+])+)*$/su.test(text)) return undefined;
  const attributes = Array.from(text.matchAll(/(?:\\.|[^\\,+])+/gsu), ([attribute]) => attribute.trim());
  const keys: string[] = [];
  for (const attribute of attributes) {
    const [, type, value] = /^([A-Za-z][A-Za-z0-9-]*|\d+(?:\.\d+)+)\s*=\s*(.+)$/s.exec(attribute) ?? [];
    if (type === undefined || value === undefined) return undefined;
    const plain = value.replaceAll(/\\(.)/gsu, '$1').replaceAll(/\s+/g, ' ');
    keys.push(JSON.stringify([type.toLowerCase(), plain.toLowerCase()]));
  }
  return keys.toSorted().join();
}

/** The separators in it with a backslash, but for those that have one. */
const escaped = (value: string): string =>
  value.replaceAll(/\\.|[,+]/gsu, (one) => (one.length > 1 ? one : `\\${one}`));
