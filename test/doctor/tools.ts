/** Tools of a doctor who reaches nobody, unless a test hands him something else. */
import type { Tools } from '../../src/doctor/check.ts';
import { NOW } from '../support/pki.ts';

const unreachable = (): never => {
  throw new TypeError('nobody is to be reached here');
};

export const tools = (overrides: Partial<Tools> = {}): Tools => ({
  now: () => NOW,
  client: { exchange: unreachable, close: () => undefined },
  rules: {
    allowPrivate: false,
    allowHosts: new Set(),
    connectTo: [],
    resolve: [],
    lookup: unreachable,
    interfaces: () => ({}),
    proxyFor: () => undefined,
  },
  connect: unreachable,
  look: unreachable,
  issuerCache: undefined,
  givenIssuers: undefined,
  givenUrls: undefined,
  headers: [],
  method: 'auto',
  hash: 'sha1',
  retry: { retries: 0, random: unreachable, now: () => 0, wait: unreachable },
  nonce: undefined,
  judgement: {},
  crl: false,
  typed: [],
  timeoutMs: 1000,
  ...overrides,
});
