/** What of a new config a process that runs already does not heed. */
import { isDeepStrictEqual } from 'node:util';
import type { Config } from '../../config/config.ts';
import { type LogRecord, logRecord } from '../../keeper/log/record.ts';

/** Keys of the config by what was made of them at the start. */
const AT_START = {
  store: 'store',
  rescanMs: 'rescan',
  limits: 'policy.requests and policy.requests-per-responder',
  relay: 'relay',
  log: 'log',
  control: 'control',
  hooks: 'hooks',
} as const satisfies Partial<Record<keyof Config, string>>;

/** By these a relay asks for strangers. */
const OF_A_RELAY = { defaults: 'defaults', responders: 'responders' } as const;

/** What to say on SIGHUP, where anything changed that counts after a restart. */
export function unheeded(running: Config, next: Config): LogRecord | undefined {
  const keys = changed(running, next, AT_START);
  const ofRelay = running.relay
    ? changed(running, next, OF_A_RELAY).map((key) => `${key} (of the relay)`)
    : [];
  const all = [...keys, ...ofRelay];
  if (all.length === 0) return undefined;
  const message = `what was changed in the config counts after a restart: ${all.join(', ')}`;
  return logRecord('warn', message, { event: 'config' });
}

function changed(a: Config, b: Config, names: Readonly<Partial<Record<keyof Config, string>>>): string[] {
  return Object.entries(names)
    .filter(([key]) => !isDeepStrictEqual(Reflect.get(a, key), Reflect.get(b, key)))
    .map(([, name]) => name);
}
