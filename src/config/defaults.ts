/** What holds where the config is silent. The numbers are those of DESIGN.md section 7. */
import { DEFAULT_TIMEOUT_MS } from '../staple/deadline.ts';
import { DEFAULT_POLICY } from '../staple/policy.ts';
import type { Listen } from '../relay/front/listen.ts';
import type { PolicyConfig } from './config.ts';

export const POLICY_DEFAULTS: PolicyConfig = {
  ...DEFAULT_POLICY,
  connectTimeoutMs: 5_000,
  answerTimeoutMs: 15_000,
  timeoutMs: DEFAULT_TIMEOUT_MS,
};

/** `openssl ocsp -port` is shown with this number in most places, and nothing else claims it. */
export const RELAY_LISTEN: readonly Listen[] = [{ type: 'tcp', host: '127.0.0.1', port: 2560 }];

export const REQUESTS = 64;
export const REQUESTS_PER_RESPONDER = 8;
export const RESCAN_MS = 30_000;
export const HOOK_TIMEOUT_MS = 30_000;
export const GATHER_MS = 60_000;
export const RELOAD_AT_MOST_MS = 300_000;
