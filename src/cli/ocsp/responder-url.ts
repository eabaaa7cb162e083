/** Whom to ask, out of `-url`, or of `-host`, `-port` and `-path`. */
import { UsageError } from '../arguments.ts';
import type { GivenFlag } from './parse-flags.ts';

/**
 * `undefined` when nobody is to be asked. User name and password of a URL are left out, as openssl leaves them out.
 *
 * @throws UsageError
 */
export function responderUrl(given: readonly GivenFlag[]): URL | undefined {
  let base: URL | undefined;
  let port: string | undefined;
  let path: string | undefined;
  for (const { name, value } of given) {
    if (name === 'url') [base, path] = [urlOf(name, value, withScheme(value)), undefined];
    else if (name === 'host') base = urlOf(name, value, `http://${value}/`);
    else if (name === 'port') port = value;
    else if (name === 'path') path = value;
  }
  if (!base) {
    if (path !== undefined) throw new UsageError('-path needs -host or -url');
    return undefined;
  }
  if (port !== undefined) {
    if (base.port !== '' && base.port !== port)
      throw new UsageError(`-host names port ${base.port}, -port ${port}`);
    base.port = port;
  }
  if (path === undefined) return base;
  // Resolved as text, a path of two slashes would be another host.
  return urlOf('path', path, `${base.origin}${path.startsWith('/') ? '' : '/'}${path}`);
}

/** openssl takes a URL without its scheme for one of http. */
const withScheme = (url: string): string => (/^[a-z][a-z\d+.-]*:\/\//i.test(url) ? url : `http://${url}`);

function urlOf(flag: string, typed: string, text: string): URL {
  const url = URL.canParse(text) ? new URL(text) : undefined;
  const isPlain = flag !== 'host' || (url?.pathname === '/' && url.search === '' && url.username === '');
  if (!url || !/^https?:$/.test(url.protocol) || !isPlain) {
    const expected = { url: 'http://HOST[:PORT]/PATH', host: 'HOST[:PORT]', path: '/PATH' }[flag];
    throw new UsageError(`-${flag} ${typed}: expected ${expected}`);
  }
  url.username = '';
  url.password = '';
  url.hash = '';
  return url;
}
