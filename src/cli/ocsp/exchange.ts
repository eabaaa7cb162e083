/** The one exchange with the responder: POST, as openssl does it, within one deadline. */
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { MAX_DER_BYTES } from '../../der/reader.ts';
import { formatDuration } from '../../duration.ts';
import { TransportError } from '../../errors.ts';
import { askResponder } from '../../http/ask-responder.ts';
import { createHttpClient } from '../../http/client.ts';
import { printableUrl } from '../../http/place.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { decodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import type { Io } from '../io.ts';
import { VERSION } from '../version.ts';
import type { Settings } from './settings.ts';

/**
 * The OCSPResponse to `request`, in DER, whatever it says.
 *
 * @throws TransportError; DerError when it is no OCSPResponse; InputError `usage-invalid` for a proxy that is none.
 */
export async function exchange(
  request: Buffer,
  url: URL,
  settings: Settings,
  env: Io['env'],
): Promise<Buffer> {
  const { headers, timeoutMs, proxy, noProxy } = settings;
  const client = createHttpClient({
    userAgent: `restaple/${VERSION}`,
    proxyFor: proxyChoice(proxy, noProxy === undefined ? env : { ...env, no_proxy: noProxy, NO_PROXY: '' }),
    // The user's word on how long to wait is for each of its parts, too.
    ...(timeoutMs === undefined ? {} : { connectTimeoutMs: timeoutMs, answerTimeoutMs: timeoutMs }),
  });
  const abort = new AbortController();
  const ms = timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => abort.abort(deadline(url, ms)), ms);
  try {
    const answer = await askResponder(client, url, request, {
      method: 'post',
      headers,
      // It was typed, not taken out of a certificate.
      trusted: true,
      maxBytes: MAX_DER_BYTES,
      signal: abort.signal,
      accept: decodeOCSPResponse,
    });
    return answer.body;
  } finally {
    clearTimeout(timer);
    client.close();
  }
}

function deadline(url: URL, ms: number): TransportError {
  const shown = printableUrl(url);
  return new TransportError(
    'http-timeout',
    `no answer from ${shown} within ${formatDuration(ms)} in all`,
    shown,
  );
}
