/** Hosts, URLs and headers as people write them, in options and in a config; `undefined` for text that is none. */

/** `Name: value`. */
export function header(text: string): readonly [name: string, value: string] | undefined {
  const [, name = '', value = ''] = /^([^:]*):[ \t]*(.*)$/s.exec(text) ?? [];
  return headerOf(name, value);
}

/** Line breaks would let a value smuggle in a header of its own. */
export function headerOf(name: string, value: string): readonly [name: string, value: string] | undefined {
  const isName = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/.test(name);
  return isName && /^[\t\x20-\x7e\x80-\xff]*$/.test(value) ? [name, value.trimEnd()] : undefined;
}

/** A host name or an IP address, as a URL spells it. No port: a host is vouched for as a whole. */
export function host(text: string): string | undefined {
  const url = `http://${/^[^[].*:/.test(text) ? `[${text}]` : text}/`;
  if (!/^[^/?#@\\\s]+$/.test(text) || !URL.canParse(url)) return undefined;
  const { hostname, port } = new URL(url);
  return port === '' ? hostname : undefined;
}

/** An `http:` or `https:` URL. */
export function httpUrl(text: string): string | undefined {
  return /^https?:\/\//i.test(text) && URL.canParse(text) ? text : undefined;
}
