/** HTTP clients, one for all certificates that are asked for in the same way, so that they share connections. */
import type { CertificateOptions } from '../../config/config.ts';
import { type HttpClient, createHttpClient } from '../../http/client.ts';
import { proxyChoice } from '../../http/proxy-choice.ts';
import { loadNamed } from '../judge-options.ts';
import { VERSION } from '../version.ts';

export class Clients {
  readonly #env: NodeJS.ProcessEnv;
  readonly #clients = new Map<string, HttpClient>();

  constructor(env: NodeJS.ProcessEnv) {
    this.#env = env;
  }

  /** @throws InputError for a CA file that cannot be read. */
  async clientFor(options: CertificateOptions): Promise<HttpClient> {
    const { allowPrivate, allowHost, cacert, connectTo, proxy, resolve } = options;
    const { connectTimeoutMs, answerTimeoutMs } = options.policy;
    const ways = {
      allowPrivate,
      allowHost,
      cacert,
      connectTo,
      proxy,
      resolve,
      connectTimeoutMs,
      answerTimeoutMs,
    };
    const key = JSON.stringify(ways);
    const known = this.#clients.get(key);
    if (known) return known;
    const client = createHttpClient({
      ...(cacert && { ca: await loadNamed(cacert) }),
      userAgent: `restaple/${VERSION}`,
      allowPrivate,
      allowHosts: allowHost,
      connectTo,
      resolve,
      connectTimeoutMs,
      answerTimeoutMs,
      proxyFor: proxyChoice(proxy, this.#env),
    });
    this.#clients.set(key, client);
    return client;
  }

  close(): void {
    for (const client of this.#clients.values()) client.close();
  }
}
