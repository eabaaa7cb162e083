/** What is the same for all certificates of a call. */
import type { HttpClient } from '../../http/client.ts';
import type { HeaderList } from '../../http/headers.ts';
import type { HostHealth } from '../../http/host-health.ts';
import type { Limiter } from '../../http/limiter.ts';
import type { RetryOptions } from '../../staple/fetch-response.ts';
import type { Judgement } from '../judge-options.ts';
import type { IssuerSources } from '../../subject/subject.ts';

export interface Road {
  readonly client: HttpClient;
  readonly limiter: Limiter;
  readonly health: HostHealth;
  readonly issuers: IssuerSources;
  readonly judgement: Judgement;
  /** False for `--no-verify`. */
  readonly verify: boolean;
  readonly urls: readonly string[] | undefined;
  readonly headers: HeaderList;
  readonly method: 'auto' | 'get' | 'post';
  readonly hash: 'sha1' | 'sha256';
  readonly nonce: (() => Buffer) | undefined;
  readonly timeoutMs: number;
  readonly retry: Omit<RetryOptions, 'waiting'>;
  readonly ifDue: boolean;
  readonly now: () => Date;
  /** Says a step, for `-v`. */
  readonly say: ((path: string, step: string) => void) | undefined;
}
