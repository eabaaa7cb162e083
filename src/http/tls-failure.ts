/** What Node.js says when TLS does not come about. */

/** The names in a certificate may be hundreds. */
const MAX_NAMES_LENGTH = 100;

/** The names of OpenSSL, those of its alerts among them, of Node.js, and of all that can be wrong with a certificate. */
const TLS_CODE =
  /^(?:EPROTO$|ERR_SSL_|ERR_TLS_|UNABLE_TO_|CRL_|INVALID_CA$|INVALID_PURPOSE$|PATH_LENGTH_|UNSPECIFIED$)|CERT/;

/** TLS itself went wrong, and will again. A connection that breaks meanwhile is another matter. */
export function isTlsFailure(error: unknown): boolean {
  return error instanceof Error && 'code' in error && TLS_CODE.test(String(error.code));
}

/** For a certificate of another name, where Node.js counts all its names up. */
export function wrongNameWords(error: unknown): string | undefined {
  if (!(error instanceof Error) || !('host' in error) || !('cert' in error)) return undefined;
  const names: unknown = Object(error.cert).subjectaltname;
  if (typeof names !== 'string') return undefined;
  const shown = names.length > MAX_NAMES_LENGTH ? `${names.slice(0, MAX_NAMES_LENGTH)}…` : names;
  return `its certificate is for ${shown}, not for ${String(error.host)}`;
}
