/**
 * Who has stopped answering. In bulk, a thousand certificates of one dead responder would each wait for their time-out,
 * eight at a time, for an hour and a half; after the first few there is nothing left to learn.
 */
import { type ErrorCode, TransportError } from '../errors.ts';
import { printableUrl } from './place.ts';

/** DESIGN.md section 7: so many failures in a row, and a responder is in trouble. */
const FAILURES_IN_A_ROW = 5;

/** The host was not there at all. A status, whatever it says, is an answer. */
const SILENT: ReadonlySet<ErrorCode> = new Set<ErrorCode>(['http-unreachable', 'http-timeout']);

export class HostHealth {
  readonly #failures = new Map<string, number>();

  /** True after five failures in a row, whoever asked. */
  isSilent({ host }: URL): boolean {
    return (this.#failures.get(host) ?? 0) >= FAILURES_IN_A_ROW;
  }

  /**
   * Runs one attempt at the host of `url`, and books how it ended.
   *
   * @throws TransportError `http-unreachable` without asking a host that has fallen silent; else what `attempt` throws.
   */
  async run<T>(url: URL, attempt: () => Promise<T>): Promise<T> {
    if (this.isSilent(url)) {
      const message = `${url.host} did not answer ${FAILURES_IN_A_ROW} times in a row, and is not asked again`;
      throw new TransportError('http-unreachable', message, printableUrl(url));
    }
    try {
      const answer = await attempt();
      this.#failures.delete(url.host);
      return answer;
    } catch (error) {
      if (error instanceof TransportError && SILENT.has(error.code)) {
        this.#failures.set(url.host, (this.#failures.get(url.host) ?? 0) + 1);
      } else this.#failures.delete(url.host);
      throw error;
    }
  }
}
