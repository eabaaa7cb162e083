/** A file of CA certificates from a CA's web server: one question, and a few more while its failure may pass. */
import { TransportError } from '../errors.ts';
import type { HttpClient } from '../http/client.ts';
import type { Limiter } from '../http/limiter.ts';
import { printableUrlText } from '../http/place.ts';
import { exchangeFollowing } from '../http/redirects.ts';
import { retryAfterMs } from '../http/retry-after.ts';
import { type Retry, isTemporary, retryDelayMs } from '../http/retry-policy.ts';
import { parseCertificates } from '../x509/bundle.ts';
import type { Certificate } from '../x509/certificate.ts';

/** A CA certificate has one or two KiB, a PKCS#7 file of several a few more. */
const MAX_BYTES = 64 * 1024;

export interface CaFile {
  readonly file: Buffer;
  readonly certificates: readonly Certificate[];
}

export interface DownloadOptions {
  readonly limiter: Limiter;
  /** For all tries together, in milliseconds. */
  readonly timeoutMs: number;
  /** Nobody is asked twice unless given. */
  readonly retry: Omit<Retry, 'now'> | undefined;
  /** A clock that only goes on, in milliseconds. */
  readonly now: () => number;
}

/** @throws TransportError; DerError for a file that is damaged. */
export async function downloadCaFile(
  client: HttpClient,
  text: string,
  { limiter, timeoutMs, retry, now }: DownloadOptions,
): Promise<CaFile> {
  const shown = printableUrlText(text);
  if (!URL.canParse(text)) throw new TransportError('url-invalid', `${shown} is no URL`, shown);
  const url = new URL(text);
  let end = Infinity;
  for (let round = 0; ; round++) {
    try {
      return await limiter.run(url.host, () => {
        // The wait for a free place is not the server's.
        if (round === 0) end = now() + timeoutMs;
        return download(client, url, Math.max(1, Math.ceil(end - now())));
      });
    } catch (error) {
      if (retry === undefined || round >= retry.retries) throw error;
      if (!(error instanceof TransportError) || !isTemporary(error)) throw error;
      const waitMs = retryDelayMs(round, retry.random(), error.retryAfterMs);
      // Nobody is helped by waiting for a try that there is no time for.
      if (waitMs >= end - now()) throw error;
      await retry.wait(waitMs);
    }
  }
}

async function download(client: HttpClient, url: URL, timeoutMs: number): Promise<CaFile> {
  const signal = AbortSignal.timeout(timeoutMs);
  const { answer } = await exchangeFollowing(client, { method: 'GET', url, maxBytes: MAX_BYTES, signal });
  const { status, headers, body } = answer;
  if (status === 200) return { file: body, certificates: parseCertificates(body) };
  const shown = printableUrlText(url.href);
  throw new TransportError('http-status', `${shown} answers ${status}`, shown, status, {
    retryAfterMs: retryAfterMs(headers),
  });
}
