/** Servers and clients that close with the test that asked for them, and the error that a promise was to bring. */
import { expect, onTestFinished } from 'vitest';
import { TransportError } from '../../src/errors.ts';
import { type HttpClient, type HttpClientOptions, createHttpClient } from '../../src/http/client.ts';
import { type Behaviour, type TestServer, startHttpServer } from '../support/http-server.ts';

export async function serve(behaviour: Behaviour, host?: string): Promise<TestServer> {
  const server = await startHttpServer(behaviour, host);
  onTestFinished(() => server.close());
  return server;
}

/** The servers of the tests are on loopback; `address-rules.test.ts` says who may ask them. */
export function client(options?: HttpClientOptions): HttpClient {
  const made = createHttpClient({ allowPrivate: true, ...options });
  onTestFinished(() => made.close());
  return made;
}

/** The TransportError that `promise` rejects with; anything else fails the test. */
export async function refusal(promise: Promise<unknown>): Promise<TransportError> {
  const error = await promise.then(
    () => new Error('no error'),
    (reason: unknown) => reason,
  );
  if (!(error instanceof TransportError)) throw error;
  expect(error.message).not.toMatch(/[\p{Cc}\p{Cf}]/u);
  return error;
}
