/** A client that remembers what went over the wire: what an answer leaves out of the result is what a doctor looks at. */
import type { HttpAnswer, HttpClient, HttpRequest } from '../http/client.ts';

export interface Exchange {
  readonly request: HttpRequest;
  readonly answer: HttpAnswer;
  /** When the answer was there. */
  readonly at: Date;
}

export class Recorder implements HttpClient {
  readonly exchanges: Exchange[] = [];
  readonly #client: HttpClient;
  readonly #now: () => Date;

  constructor(client: HttpClient, now: () => Date) {
    this.#client = client;
    this.#now = now;
  }

  async exchange(request: HttpRequest): Promise<HttpAnswer> {
    const answer = await this.#client.exchange(request);
    this.exchanges.push({ request, answer, at: this.#now() });
    return answer;
  }

  /** The client is another's to close. */
  close(): void {}
}
