/** The one exchange with the responder: POST, as openssl does it, within one deadline. */
import { DEFAULT_TIMEOUT_MS } from '../../staple/deadline.ts';
import { MAX_DER_BYTES } from '../../der/reader.ts';
import { formatDuration } from '../../duration.ts';
import { TransportError } from '../../errors.ts';
import { askResponder } from '../../http/ask-responder.ts';
import { type HttpClientOptions, createHttpClient } from '../../http/client.ts';
import { printableUrl } from '../../http/place.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { decodeOCSPResponse } from '../../ocsp/ocsp-response.ts';
import type { Certificate } from '../../x509/certificate.ts';
import type { Io } from '../io.ts';
import { VERSION } from '../version.ts';
import type { Settings } from './settings.ts';

/**
 * The OCSPResponse to `request`, in DER, whatever it says. Public CAs vouch for an https responder, else `anchors`:
 * openssl asks whoever answers there.
 *
 * @throws TransportError; DerError when it is no OCSPResponse; InputError `usage-invalid` for a proxy that is none.
 */
export async function exchange(
  request: Buffer,
  url: URL,
  settings: Settings,
  anchors: readonly Certificate[] | undefined,
  env: Io['env'],
): Promise<Buffer> {
  const abort = new AbortController();
  const ms = settings.timeoutMs ?? DEFAULT_TIMEOUT_MS;
  const timer = setTimeout(() => abort.abort(deadline(url, ms)), ms);
  const ask = (ca?: readonly Certificate[]): Promise<Buffer> =>
    askOnce(request, url, settings, { ...clientOptions(settings, env), ...(ca ? { ca } : {}) }, abort.signal);
  try {
    return await ask().catch((error: unknown) => {
      if (anchors && isOfPrivateCa(error)) return ask(anchors);
      throw error;
    });
  } finally {
    clearTimeout(timer);
  }
}

/** Nobody vouches for its certificate. All else that can be wrong with it, no other root mends. */
function isOfPrivateCa(error: unknown): boolean {
  const cause = error instanceof TransportError ? error.cause : undefined;
  return cause instanceof Error && 'code' in cause && /^UNABLE_TO_|SELF_SIGNED_CERT/.test(String(cause.code));
}

function clientOptions({ timeoutMs, proxy, noProxy }: Settings, env: Io['env']): HttpClientOptions {
  return {
    userAgent: `restaple/${VERSION}`,
    proxyFor: proxyChoice(proxy, noProxy === undefined ? env : { ...env, no_proxy: noProxy, NO_PROXY: '' }),
    // The user's word on how long to wait is for each of its parts, too.
    ...(timeoutMs === undefined ? {} : { connectTimeoutMs: timeoutMs, answerTimeoutMs: timeoutMs }),
  };
}

async function askOnce(
  request: Buffer,
  url: URL,
  { headers }: Settings,
  options: HttpClientOptions,
  signal: AbortSignal,
): Promise<Buffer> {
  const client = createHttpClient(options);
  try {
    const answer = await askResponder(client, url, request, {
      method: 'post',
      headers,
      // It was typed, not taken out of a certificate.
      trusted: true,
      maxBytes: MAX_DER_BYTES,
      signal,
      accept: decodeOCSPResponse,
    });
    return answer.body;
  } finally {
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
