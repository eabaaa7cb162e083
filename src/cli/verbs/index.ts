/** Every verb with its options: the whole of what can be typed. A verb's code is loaded when it is called. */
import { CHECK } from './check.ts';
import { DEMO } from './demo.ts';
import { DOCTOR } from './doctor.ts';
import { FETCH } from './fetch.ts';
import { INIT } from './init.ts';
import { INSPECT } from './inspect.ts';
import { OCSP } from './ocsp.ts';
import { REFRESH } from './refresh.ts';
import { RELAY } from './relay.ts';
import { RUN } from './run.ts';
import { STATUS } from './status.ts';
import type { ForeignVerb, Verb } from './verb.ts';
import { VERIFY } from './verify.ts';

export const VERBS: readonly (Verb | ForeignVerb)[] = [
  FETCH,
  RUN,
  STATUS,
  REFRESH,
  RELAY,
  INIT,
  CHECK,
  DOCTOR,
  INSPECT,
  VERIFY,
  OCSP,
  DEMO,
];
